import CLibcurl
import EventLoop

/// Owner of a `CURLM`, driven by the loop: libcurl says which descriptors and what time it waits for. Loop's thread
/// only.
final class Multi: @unchecked Sendable {
    let configuration: HTTPClientConfiguration
    private let loop: EventLoop
    private var raw: UnsafeMutableRawPointer?
    private var timer: Timer?
    private var watchers: [Int32: DescriptorWatcher] = [:]
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]

    /// libcurl wants this once, before anything else; the result is the same ever after.
    private static let global = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(loop: EventLoop, configuration: HTTPClientConfiguration) throws {
        guard Self.global == CURLE_OK, let raw = curl_multi_init() else {
            throw HTTPClientError.other(code: Int(Self.global.rawValue), text: "libcurl cannot be initialised")
        }
        self.loop = loop
        self.configuration = configuration
        self.raw = raw
        let me = Unmanaged.passUnretained(self).toOpaque()
        shim_curl_multi_set_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        shim_curl_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections)
        shim_curl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, configuration.maximumConnections)
        shim_curl_multi_set_socket(
            raw,
            { _, descriptor, what, context, _ in
                Unmanaged<Multi>.fromOpaque(context!).takeUnretainedValue().watch(descriptor, what)
                return 0
            }, me)
        shim_curl_multi_set_timer(
            raw,
            { _, milliseconds, context in
                Unmanaged<Multi>.fromOpaque(context!).takeUnretainedValue().wake(after: milliseconds)
                return 0
            }, me)
        timer = try Timer(on: loop) { [unowned self] in act(-1, 0) }  // CURL_SOCKET_TIMEOUT
    }

    /// Also when `init` throws after libcurl's part is made.
    deinit { if let raw { curl_multi_cleanup(raw) } }

    func start(_ transfer: Transfer, _ continuation: CheckedContinuation<Transfer.Outcome, Never>) {
        guard !transfer.isOver else { return continuation.resume(returning: .failure(.cancelled)) }
        guard let raw else { return continuation.resume(returning: .failure(.closed)) }
        guard let easy = transfer.prepare(configuration, continuation) else { return }
        transfers[easy] = transfer
        let code = curl_multi_add_handle(raw, easy)
        guard code == CURLM_OK else {
            transfers[easy] = nil
            return transfer.finish(
                .failure(.other(code: Int(code.rawValue), text: String(cString: curl_multi_strerror(code)))))
        }
    }

    func cancel(_ transfer: Transfer) { drop(transfer, .cancelled) }

    func close() {
        guard let raw else { return }
        for transfer in transfers.values { drop(transfer, .closed) }
        self.raw = nil
        curl_multi_cleanup(raw)  // closes the kept connections, calling `watch` for those it waits for
        for watcher in watchers.values { watcher.close() }
        watchers = [:]
        timer?.close()
        timer = nil
    }

    private func drop(_ transfer: Transfer, _ error: HTTPClientError) {
        if let easy = transfer.easy, transfers.removeValue(forKey: easy) != nil { curl_multi_remove_handle(raw, easy) }
        transfer.finish(.failure(error))
    }

    // MARK: what libcurl waits for

    /// libcurl's socket callback. It calls with `CURL_POLL_REMOVE` before it closes a descriptor.
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

    /// libcurl's timer callback, from inside which libcurl must not be called.
    private func wake(after milliseconds: Int) {
        if milliseconds < 0 { timer?.stop() } else { timer?.start(after: .milliseconds(milliseconds)) }
    }

    private func act(_ descriptor: Int32, _ events: Int32) {
        guard let raw else { return }
        var running: Int32 = 0
        curl_multi_socket_action(raw, descriptor, events, &running)
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
