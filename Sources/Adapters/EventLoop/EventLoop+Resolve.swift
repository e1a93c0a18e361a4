import CLibuv
import Glibc

extension EventLoop {
    /// Looks up the addresses of `host` on a thread of libuv's pool, and passes them to `body` in numeric form and in
    /// the resolver's order.
    ///
    /// `body` runs once, on the loop's thread, and never before this function returns. For the loop's thread only.
    package func resolve(_ host: String, _ body: @escaping (Result<[String], EventLoopError>) -> Void) {
        preconditionOnLoop()
        let lookup = Lookup(body)
        // Released in the callback, which libuv runs exactly once after a successful uv_getaddrinfo.
        let retained = Unmanaged.passRetained(lookup)
        lookup.request.pointee.data = retained.toOpaque()
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        let status = uv_getaddrinfo(
            uv, lookup.request,
            { request, status, addresses in
                let lookup = Unmanaged<Lookup>.fromOpaque(request!.pointee.data).takeRetainedValue()
                lookup.finish(status, addresses)
                uv_freeaddrinfo(addresses)
            }, host, nil, &hints)
        guard status != 0 else { return }
        retained.release()
        let error = EventLoopError(call: "uv_getaddrinfo", status: status)
        atEndOfTurn { body(.failure(error)) }
    }
}

/// A look-up in flight.
private final class Lookup {
    let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
    private let body: (Result<[String], EventLoopError>) -> Void

    init(_ body: @escaping (Result<[String], EventLoopError>) -> Void) {
        self.body = body
        request.initialize(to: uv_getaddrinfo_t())
    }

    deinit { request.deallocate() }

    func finish(_ status: Int32, _ first: UnsafeMutablePointer<addrinfo>?) {
        guard status == 0 else { return body(.failure(EventLoopError(call: "uv_getaddrinfo", status: status))) }
        var addresses: [String] = []
        var next = first
        while let info = next {
            if let address = Self.numeric(info.pointee), !addresses.contains(address) { addresses.append(address) }
            next = info.pointee.ai_next
        }
        guard !addresses.isEmpty else {
            return body(.failure(EventLoopError(call: "uv_getaddrinfo", status: UV_EAI_NODATA.rawValue)))
        }
        body(.success(addresses))
    }

    private static func numeric(_ info: addrinfo) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
            let status = getnameinfo(
                info.ai_addr, info.ai_addrlen, text.baseAddress, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            guard status == 0, let start = text.baseAddress else { return nil }
            return String(cString: start)
        }
    }
}
