/// A command that waits for its reply. Replies come in the order in which the commands were sent.
struct PendingCommand {
    typealias Continuation = UnsafeContinuation<Result<RedisValue, RedisError>, Never>

    /// Nil for a command of the handshake.
    let continuation: Continuation?
    /// The deadline in the clock of `RedisConnection.now`.
    let deadline: UInt64
}
