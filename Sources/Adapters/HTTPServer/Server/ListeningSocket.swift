import CMicrohttpd
import Glibc
import InternetAddress

/// A listening TCP socket. Several sockets of a process may share one port (`SO_REUSEPORT`), among which the kernel
/// distributes the connections.
final class ListeningSocket: @unchecked Sendable {
    private(set) var descriptor: Int32
    let port: UInt16

    init(_ configuration: HTTPServerConfiguration) throws(HTTPServerError) {
        let family = if case .v4 = configuration.bindAddress { AF_INET } else { AF_INET6 }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Self.flags, 0)
        guard descriptor >= 0 else { throw HTTPServerError(call: "socket", code: errno) }
        do {
            port = try Self.open(descriptor, configuration)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close() }

    /// Stops listening. The kernel resets the connections that were not accepted yet.
    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    struct Accepted {
        let descriptor: Int32
        let address: IPAddress
    }

    /// Returns the next connection, or the errno that says why there is none.
    func accept() -> Result<Accepted, HTTPServerError> {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let connection = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept4(descriptor, $0, &length, Self.flags) }
        }
        guard connection >= 0 else { return .failure(HTTPServerError(call: "accept4", code: errno)) }
        let address = withUnsafeBytes(of: storage) { IPAddress(socketAddress: $0) }
        return .success(Accepted(descriptor: connection, address: address?.unmapped ?? .v4(0)))
    }

    private static let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

    private static func open(_ descriptor: Int32, _ configuration: HTTPServerConfiguration) throws(HTTPServerError)
        -> UInt16
    {
        try set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        try set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
        var (bound, length): (Int32, socklen_t)
        switch configuration.bindAddress {
        case .v4(let bits):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = configuration.port.bigEndian
            address.sin_addr.s_addr = bits.bigEndian
            (bound, length) = bind(descriptor, &address)
        case .v6(let bits):
            try set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = configuration.port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.storeBytes(of: bits.bigEndian, as: UInt128.self) }
            (bound, length) = bind(descriptor, &address)
        }
        guard bound == 0 else { throw HTTPServerError(call: "bind", code: errno) }
        guard listen(descriptor, configuration.backlog) == 0 else { throw HTTPServerError(call: "listen", code: errno) }
        var storage = sockaddr_storage()
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { throw HTTPServerError(call: "getsockname", code: errno) }
        // The port has the same offset in the structures of both families.
        return withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) }
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: inout Address) -> (Int32, socklen_t) {
        let length = socklen_t(MemoryLayout<Address>.size)
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, length) }
        }
        return (status, length)
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32)
        throws(HTTPServerError)
    {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(descriptor, level, option, &value, size) == 0 else {
            throw HTTPServerError(call: "setsockopt", code: errno)
        }
    }
}
