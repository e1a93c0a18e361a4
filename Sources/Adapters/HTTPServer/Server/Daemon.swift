import CMicrohttpd
import Glibc

/// The owner of a `MHD_Daemon`. The server polls and runs it on one thread.
final class Daemon {
    private let raw: OpaquePointer

    /// Sends the callbacks to `server`, which must outlive this object.
    init(_ server: HTTPServer, _ configuration: HTTPServerConfiguration) throws(HTTPServerError) {
        Refusal.useOurs()
        let idle = Connection.Limits(configuration).idle
        let raw = shim_mhd_start(
            UInt32(clamping: configuration.connections.maximum + 1), UInt32(clamping: idle),
            // The pool holds the head, its parsed form, the read buffer of a body, and the response's head.
            configuration.maximumHeaderBytes + 16 * 1024,
            { _, uri, connection in Daemon.begin(uri, connection) },
            { _, _, _, method, _, data, size, state in Daemon.access(method, data, size, state) },
            { _, _, state, _ in Daemon.completed(state) },
            { context, _, state, code in
                Daemon.connection(context, state, isClosing: shim_mhd_is_closing(code) != 0)
            },
            { context, format, arguments in Daemon.log(context, format, arguments) },
            Unmanaged.passUnretained(server).toOpaque())
        guard let raw else { throw HTTPServerError(call: "MHD_start_daemon", code: errno) }
        self.raw = raw
    }

    /// No connection may be suspended: "MHD_stop_daemon() called while we have suspended connections" ends the process.
    deinit { MHD_stop_daemon(raw) }

    var pollDescriptor: Int32 { shim_mhd_epoll_descriptor(raw) }

    /// Returns false if libmicrohttpd could not run.
    func run() -> Bool { MHD_run(raw) == shim_mhd_yes }

    /// Whether `run` has work although nothing happens on the descriptor.
    var hasWorkLeft: Bool {
        var milliseconds: UInt64 = 1
        return MHD_get_timeout64(raw, &milliseconds) != shim_mhd_no && milliseconds == 0
    }

    /// Takes ownership of the descriptor, also if it fails. Calls back with the new connection at once.
    func add(_ descriptor: Int32) -> Bool {
        // The address is not passed on, because the server itself counts the connections of each address.
        MHD_add_connection(raw, descriptor, nil, 0) == shim_mhd_yes
    }

    // MARK: callbacks

    private static func begin(_ uri: UnsafePointer<CChar>?, _ connection: OpaquePointer?) -> UnsafeMutableRawPointer? {
        guard let uri, let connection, let context = shim_mhd_socket_context(connection) else { return nil }
        let mine = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
        let exchange = Exchange(mine, handle: connection, target: String(cString: uri))
        mine.exchange = exchange
        return Unmanaged.passRetained(exchange).toOpaque()  // released by `completed`
    }

    private static func access(
        _ method: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>?,
        _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> MHD_Result {
        guard let raw = state?.pointee, let method, let size else { return shim_mhd_no }
        let exchange = Unmanaged<Exchange>.fromOpaque(raw).takeUnretainedValue()
        guard let data, size.pointee > 0 else { return exchange.proceed(method) ? shim_mhd_yes : shim_mhd_no }
        guard let taken = exchange.receive(UnsafeRawBufferPointer(start: data, count: size.pointee)) else {
            return shim_mhd_no
        }
        size.pointee -= taken
        return shim_mhd_yes
    }

    private static func completed(_ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) {
        guard let raw = state?.pointee else { return }
        Unmanaged<Exchange>.fromOpaque(raw).takeRetainedValue().completed()
        state?.pointee = nil
    }

    private static func connection(
        _ context: UnsafeMutableRawPointer?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, isClosing: Bool
    ) {
        guard let context, let state else { return }
        if isClosing {
            guard let raw = state.pointee else { return }
            let connection = Unmanaged<Connection>.fromOpaque(raw).takeRetainedValue()
            connection.server.closing(connection)
            state.pointee = nil
        } else if let connection = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue().arriving {
            state.pointee = Unmanaged.passRetained(connection).toOpaque()  // released when it closes, just above
        }
    }

    private static func log(
        _ context: UnsafeMutableRawPointer?, _ format: UnsafePointer<CChar>?, _ arguments: CVaListPointer?
    ) {
        guard let context, let format, let arguments else { return }
        let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
        guard server.configuration.onLog != nil else { return }
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
            return String(cString: buffer.baseAddress!)
        }
        server.log(String(text.drop { $0.isNewline }.prefix { !$0.isNewline }))
    }
}
