import CLibuv

/// A timer of a loop, which can be started, moved and stopped any number of times. For the loop's thread only.
package final class Timer: @unchecked Sendable {
    private let loop: EventLoop
    private let body: () -> Void
    private var handle: Handle<uv_timer_t>?

    /// Runs `body` on the loop's thread each time the timer fires.
    package init(on loop: EventLoop, _ body: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionOnLoop()
        self.loop = loop
        self.body = body
        handle = try Handle("uv_timer_init", owner: Unmanaged.passUnretained(self).toOpaque()) { [loop] in
            uv_timer_init(loop.uv, $0)
        }
    }

    deinit {
        guard let handle else { return }
        // The last reference may be released on any thread.
        if loop.isCurrent { handle.close() } else { loop.execute { handle.close() } }
    }

    /// Fires once after `delay`, or again every `interval` if that is not zero. Replaces the previous setting.
    package func start(after delay: Duration, repeating interval: Duration = .zero) {
        guard let handle else { return }
        uv_update_time(loop.uv)  // the loop's clock stands still during a turn
        let status = uv_timer_start(
            handle.raw,
            { timer in
                Unmanaged<Timer>.fromOpaque(timer!.pointee.data).takeUnretainedValue().body()
            }, delay.wholeMilliseconds, interval.wholeMilliseconds)
        EventLoopError.require("uv_timer_start", status)  // fails only for a handle that is closing
    }

    package func stop() {
        guard let handle else { return }
        uv_timer_stop(handle.raw)  // always 0
    }

    /// Stops the timer for good.
    package func close() {
        handle?.close()
        handle = nil
    }
}

extension Duration {
    /// The duration in milliseconds, rounded up so that a timer is never early. A negative duration is 0.
    package var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? .max / 2 : whole &+ UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
