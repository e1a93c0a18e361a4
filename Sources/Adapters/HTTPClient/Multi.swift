import CLibcurl
import EventLoop

/// Owner of a `CURLM`, which the loop drives: libcurl reports the descriptors and the time that it waits for. For the
/// loop's thread only.
final class Multi: @unchecked Sendable {
    let configuration: HTTPClientConfiguration
    private let loop: EventLoop
    private var raw: UnsafeMutableRawPointer?
    private var timer: Timer?
    private var watchers: [Int32: DescriptorWatcher] = [:]
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]

    /// libcurl requires this call once, before any other.
    private static let global = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(loop: EventLoop, configuration: HTTPClientConfiguration) throws {
        guard Self.global == CURLE_OK, let raw = curl_multi_init() else {
            throw HTTPClientError.other(code: Int(Self.global.rawValue), text: "libcurl cannot be initialised")
        }
        self.loop = loop
        self.configuration = configuration
        self.raw = raw
        let me = Unmanaged.passUnretained(self).toOpaque()
        try Self.check(
            shim_curl_multi_set_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost))
        try Self.check(
            shim_curl_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections))
        try Self.check(shim_curl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, configuration.maximumConnections))
        try Self.check(
            shim_curl_multi_set_socket(
                raw,
                { _, descriptor, what, context, _ in
                    Unmanaged<Multi>.fromOpaque(context!).takeUnretainedValue().watch(descriptor, what)
                    return 0
                }, me))
        try Self.check(
            shim_curl_multi_set_timer(
                raw,
                { _, milliseconds, context in
                    Unmanaged<Multi>.fromOpaque(context!).takeUnretainedValue().wake(after: milliseconds)
                    return 0
                }, me))
        timer = try Timer(on: loop) { [unowned self] in act(-1, 0) }  // CURL_SOCKET_TIMEOUT
    }

    /// Also frees it if `init` throws.
    deinit { if let raw { curl_multi_cleanup(raw) } }

    func start(_ transfer: Transfer, _ continuation: CheckedContinuation<Transfer.Outcome, Never>) {
        guard !transfer.isOver else { return continuation.resume(returning: .failure(.cancelled)) }
        guard let raw else { return continuation.resume(returning: .failure(.closed)) }
        guard let easy = transfer.prepare(configuration, continuation) else { return }
        transfers[easy] = transfer
        do throws(HTTPClientError) {
            try Self.check(curl_multi_add_handle(raw, easy))
        } catch {
            transfers[easy] = nil
            transfer.finish(.failure(error))
        }
    }

    private static func check(_ code: CURLMcode) throws(HTTPClientError) {
        guard code == CURLM_OK else {
            throw .other(code: Int(code.rawValue), text: String(cString: curl_multi_strerror(code)))
        }
    }

    func cancel(_ transfer: Transfer) { drop(transfer, .cancelled) }

    func close() {
        guard let raw else { return }
        for transfer in transfers.values { drop(transfer, .closed) }
        self.raw = nil
        curl_multi_cleanup(raw)  // closes the idle connections, and calls `watch` for those that it waits for
        for watcher in watchers.values { watcher.close() }
        watchers = [:]
        timer?.close()
        timer = nil
    }

    private func drop(_ transfer: Transfer, _ error: HTTPClientError) {
        if let easy = transfer.easy, transfers.removeValue(forKey: easy) != nil { curl_multi_remove_handle(raw, easy) }
        transfer.finish(.failure(error))
    }

    // MARK: the descriptors and times that libcurl waits for

    /// libcurl's socket callback. libcurl calls it with `CURL_POLL_REMOVE` before it closes a descriptor.
    private func watch(_ descriptor: Int32, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            watchers.removeValue(forKey: descriptor)?.close()
            return
        }
        var events: DescriptorWatcher.Events = []
        if what & CURL_POLL_IN != 0 { events.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
        if watchers[descriptor] == nil {
            // Without a watcher the transfer runs into its timeout.
            watchers[descriptor] = try? DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] ready in
                act(
                    descriptor,
                    (ready.contains(.readable) ? CURL_CSELECT_IN : 0)
                        | (ready.contains(.writable) ? CURL_CSELECT_OUT : 0))
            }
        }
        watchers[descriptor]?.watch(events)
    }

    /// libcurl's timer callback, which must not call libcurl.
    private func wake(after milliseconds: Int) {
        if milliseconds < 0 { timer?.stop() } else { timer?.start(after: .milliseconds(milliseconds)) }
    }

    private func act(_ descriptor: Int32, _ events: Int32) {
        guard let raw else { return }
        var running: Int32 = 0
        do throws(HTTPClientError) {
            try Self.check(curl_multi_socket_action(raw, descriptor, events, &running))
        } catch {
            // libcurl's state is unknown: no transfer can be expected to end by itself.
            for transfer in transfers.values { drop(transfer, error) }
            return
        }
        var left: Int32 = 0
        while let message = curl_multi_info_read(raw, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // "The data the returned pointer points to does not survive calling curl_multi_remove_handle".
            let code = shim_curl_message_result(message)
            curl_multi_remove_handle(raw, easy)
            transfers.removeValue(forKey: easy)?.complete(code)
        }
    }
}
