import CLibuv

/// Tells when a descriptor can be read or written. Loop's thread only.
///
/// The descriptor belongs to someone else, who must call `close` here before closing it.
package final class DescriptorWatcher: @unchecked Sendable {
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let readable = Events(rawValue: 1)
        package static let writable = Events(rawValue: 2)
        /// The other side has closed its half.
        package static let disconnected = Events(rawValue: 4)
    }

    private let loop: EventLoop
    private let body: (Events) -> Void
    private var handle: Handle<uv_poll_t>?
    private var watched: Events = []

    /// `body` gets what the descriptor is ready for; after an error on it, everything, so that the next call on the
    /// descriptor meets the error itself.
    package init(
        on loop: EventLoop, descriptor: Int32, _ body: @escaping (Events) -> Void
    ) throws(EventLoopError) {
        loop.preconditionOnLoop()
        self.loop = loop
        self.body = body
        handle = try Handle("uv_poll_init", owner: Unmanaged.passUnretained(self).toOpaque()) { [loop] in
            uv_poll_init(loop.uv, $0, descriptor)
        }
    }

    deinit {
        guard let handle else { return }
        if loop.isCurrent { handle.close() } else { loop.execute { handle.close() } }
    }

    /// Watches for `events` from now on, instead of what was watched before; for none, it pauses.
    package func watch(_ events: Events) {
        guard let handle, events != watched else { return }  // the same again would cost libuv a system call
        watched = events
        guard !events.isEmpty else {
            uv_poll_stop(handle.raw)
            return
        }
        var mask: UInt32 = 0
        if events.contains(.readable) { mask |= UV_READABLE.rawValue }
        if events.contains(.writable) { mask |= UV_WRITABLE.rawValue }
        if events.contains(.disconnected) { mask |= UV_DISCONNECT.rawValue }
        uv_poll_start(handle.raw, Int32(mask)) { poll, status, ready in
            let watcher = Unmanaged<DescriptorWatcher>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
            guard status >= 0 else {
                watcher.watched = []  // libuv has stopped
                return watcher.body([.readable, .writable, .disconnected])
            }
            watcher.body(Events(libuv: ready))
        }
    }

    /// Ends the watching for good; `body` does not run again.
    package func close() {
        handle?.close()
        handle = nil
    }
}

extension DescriptorWatcher.Events {
    fileprivate init(libuv mask: Int32) {
        self = []
        if mask & Int32(UV_READABLE.rawValue) != 0 { insert(.readable) }
        if mask & Int32(UV_WRITABLE.rawValue) != 0 { insert(.writable) }
        if mask & Int32(UV_DISCONNECT.rawValue) != 0 { insert(.disconnected) }
    }
}
