import CLibuv

/// One timer of a loop, to be set, moved and stopped as often as one likes. Loop's thread only.
package final class Timer: @unchecked Sendable {
    private let loop: EventLoop
    private let body: () -> Void
    private var handle: Handle<uv_timer_t>?

    /// `body` runs on the loop's thread each time the timer is due.
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
        // The last reference may go on any thread.
        if loop.isCurrent { handle.close() } else { loop.execute { handle.close() } }
    }

    /// Due once after `delay` from now, or again every `interval`. Replaces what was set before.
    package func start(after delay: Duration, repeating interval: Duration = .zero) {
        guard let handle else { return }
        uv_update_time(loop.uv)  // the loop's clock stands still during a turn
        uv_timer_start(
            handle.raw,
            { timer in
                Unmanaged<Timer>.fromOpaque(timer!.pointee.data).takeUnretainedValue().body()
            }, delay.wholeMilliseconds, interval.wholeMilliseconds)
    }

    package func stop() {
        guard let handle else { return }
        uv_timer_stop(handle.raw)
    }

    /// Ends the timer for good.
    package func close() {
        handle?.close()
        handle = nil
    }
}

extension Duration {
    /// Milliseconds, rounded up, so that a timer is never early; nothing negative.
    package var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? .max / 2 : whole &+ UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
