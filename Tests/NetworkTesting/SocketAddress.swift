import Glibc
import InternetAddress

extension IPAddress {
    /// Calls `body` with the address and `port` in the form that the kernel takes.
    func withSocketAddress<Result>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch self {
        case .v4(let bits):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = bits.bigEndian
            return Self.rebound(&address, body)
        case .v6(let bits):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.storeBytes(of: bits.bigEndian, as: UInt128.self) }
            return Self.rebound(&address, body)
        }
    }

    private static func rebound<Address, Result>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Returns a non-blocking socket that is bound to the address and to `port`; 0 means any free port.
    func boundSocket(_ kind: __socket_type, port: UInt16) throws -> Int32 {
        let family = if case .v4 = self { AF_INET } else { AF_INET6 }
        let descriptor = socket(family, Int32(kind.rawValue), 0)
        guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            withSocketAddress(port: port, { bind(descriptor, $0, $1) }) == 0
        else {
            let code = errno
            close(descriptor)
            throw RawConnectionError(call: "bind to \(self), port \(port)", code: code)
        }
        return descriptor
    }

    /// Returns the port to which a socket is bound.
    static func port(of descriptor: Int32) throws -> UInt16 {
        // The port has the same offset in the addresses of both families.
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutablePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { throw RawConnectionError(call: "getsockname", code: errno) }
        return UInt16(bigEndian: name.sin6_port)
    }
}
