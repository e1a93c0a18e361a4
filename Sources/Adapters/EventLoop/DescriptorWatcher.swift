import CLibuv

/// Watches a descriptor and reports when it can be read or written. For the loop's thread only.
///
/// The descriptor belongs to the caller, who calls `close` on the watcher before closing the descriptor.
package final class DescriptorWatcher: @unchecked Sendable {
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let readable = Events(rawValue: 1)
        package static let writable = Events(rawValue: 2)
        /// The peer has closed its half of the connection.
        package static let disconnected = Events(rawValue: 4)
    }

    private let loop: EventLoop
    private let body: (Events) -> Void
    private var handle: Handle<uv_poll_t>?
    private var watched: Events = []

    /// Calls `body` with the events that the descriptor is ready for. After an error on the descriptor, `body` gets all
    /// events, so that the next call on the descriptor reports the error.
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

    /// Watches for `events` from now on, in place of the events watched before. An empty set pauses the watcher.
    package func watch(_ events: Events) {
        guard let handle, events != watched else { return }  // starting again would cost a system call
        watched = events
        guard !events.isEmpty else {
            uv_poll_stop(handle.raw)  // always 0
            return
        }
        var mask: UInt32 = 0
        if events.contains(.readable) { mask |= UV_READABLE.rawValue }
        if events.contains(.writable) { mask |= UV_WRITABLE.rawValue }
        if events.contains(.disconnected) { mask |= UV_DISCONNECT.rawValue }
        // Fails only if another watcher has the descriptor: its owner closed a descriptor of this number without
        // telling it.
        EventLoopError.require(
            "uv_poll_start",
            uv_poll_start(handle.raw, Int32(mask)) { poll, status, ready in
                let watcher = Unmanaged<DescriptorWatcher>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
                guard status >= 0 else {
                    watcher.watched = []  // libuv has stopped
                    return watcher.body([.readable, .writable, .disconnected])
                }
                watcher.body(Events(libuv: ready))
            })
    }

    /// Stops watching for good. `body` does not run again.
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
