import CHiredis
import EventLoop

/// The callbacks for hiredis, and the calls to hiredis when the descriptor is ready.
extension RedisConnection {
    func attach(_ context: UnsafeMutablePointer<redisAsyncContext>) {
        // Released by `dataCleanup`, which hiredis calls once, as the last thing before it frees the context.
        context.pointee.data = Unmanaged.passRetained(self).toOpaque()
        context.pointee.dataCleanup = { data in
            guard let data else { return }
            Unmanaged<RedisConnection>.fromOpaque(data).takeRetainedValue().ended()
        }
        context.pointee.ev.data = context.pointee.data
        context.pointee.ev.addRead = { RedisConnection.from($0)?.watch(.readable, true) }
        context.pointee.ev.delRead = { RedisConnection.from($0)?.watch(.readable, false) }
        context.pointee.ev.addWrite = { RedisConnection.from($0)?.addWrite() }
        context.pointee.ev.delWrite = { RedisConnection.from($0)?.delWrite() }
        // The descriptor is closed after this.
        context.pointee.ev.cleanup = { RedisConnection.from($0)?.closeWatcher() }
        let status = redisAsyncSetConnectCallback(context) { context, status in
            guard let me = RedisConnection.of(context) else { return }
            if status == REDIS_OK { me.connected() } else { me.machine.lost(me.contextError) }
        }
        // It refuses a second callback only.
        precondition(status == REDIS_OK, "redisAsyncSetConnectCallback")
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> RedisConnection? {
        data.map { Unmanaged<RedisConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    static func of(_ context: UnsafePointer<redisAsyncContext>?) -> RedisConnection? {
        from(context?.pointee.data)
    }

    /// "These functions should be idempotent." (hiredis)
    private func watch(_ event: DescriptorWatcher.Events, _ isWanted: Bool) {
        guard interest.contains(event) != isWanted else { return }
        if isWanted { interest.insert(event) } else { interest.remove(event) }
        watcher?.watch(interest)
    }

    /// While the socket connects or is full, hiredis waits until it is writable. Otherwise hiredis writes once, at the
    /// end of the turn, for all commands of the turn.
    private func addWrite() {
        guard machine.isConnected, !isWriting else { return watch(.writable, true) }
        needsWrite = true
        guard !isWritePlanned, !interest.contains(.writable) else { return }
        isWritePlanned = true
        loop.atEndOfTurn(plannedWrite)
    }

    private func delWrite() {
        needsWrite = false
        watch(.writable, false)
    }

    func write() {
        guard let context, needsWrite else { return }
        isWriting = true
        redisAsyncHandleWrite(context)
        isWriting = false
    }

    func ready(_ events: DescriptorWatcher.Events) {
        // Each of the two calls may free the context.
        if events.contains(.readable), let context { redisAsyncHandleRead(context) }
        if events.contains(.writable), let context {
            isWriting = machine.isConnected
            redisAsyncHandleWrite(context)
            isWriting = false
        }
    }

    private func closeWatcher() {
        watcher?.close()
        watcher = nil
    }

    /// The fault of the connection as hiredis reports it; nil when there is none, or when hiredis has freed the
    /// connection.
    var contextError: String? {
        guard let context, context.pointee.err != 0 else { return nil }
        return Self.errorText(context.pointee)
    }

    private func ended() {
        machine.lost(contextError)
        context = nil
        closeWatcher()
        timer?.close()
        timer = nil
        onReady = nil
        let onEnd = onEnd
        self.onEnd = nil
        if case .ended(let error) = machine.state { onEnd?(error) }
    }

    static func errorText(_ context: redisAsyncContext) -> String {
        context.errstr.map { String(cString: $0) } ?? "error \(context.err)"
    }
}
