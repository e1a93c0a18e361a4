import CLibuv

extension EventLoop {
    /// Returns a stream of the signals with these numbers that the process gets while the stream is alive. For the
    /// loop's thread only.
    package func signals(_ numbers: [Int32]) throws(EventLoopError) -> AsyncStream<Int32> {
        preconditionOnLoop()
        // A signal means "again" or "stop", so the newest few are enough.
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(4))
        var watchers: [SignalWatcher] = []
        for number in numbers {
            watchers.append(try SignalWatcher(on: self, number) { _ = continuation.yield(number) })
        }
        let held = watchers
        continuation.onTermination = { _ in self.execute { for watcher in held { watcher.close() } } }
        return stream
    }
}

private final class SignalWatcher: @unchecked Sendable {
    private let body: () -> Void
    private var handle: Handle<uv_signal_t>?

    init(on loop: EventLoop, _ number: Int32, _ body: @escaping () -> Void) throws(EventLoopError) {
        self.body = body
        let handle = try Handle<uv_signal_t>(
            "uv_signal_init", owner: Unmanaged.passUnretained(self).toOpaque()
        ) { uv_signal_init(loop.uv, $0) }
        let status = uv_signal_start(
            handle.raw,
            { signal, _ in
                Unmanaged<SignalWatcher>.fromOpaque(signal!.pointee.data).takeUnretainedValue().body()
            }, number)
        guard status == 0 else {
            handle.close()
            throw EventLoopError(call: "uv_signal_start", status: status)
        }
        self.handle = handle
    }

    func close() {
        handle?.close()
        handle = nil
    }
}
