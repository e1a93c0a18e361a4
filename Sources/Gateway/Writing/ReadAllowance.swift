import Synchronization

/// The time that one write may spend on reads of the read model, all of them together. Its checks before the event is
/// appended are an optimisation, so a Postgres that does not answer must not keep the write from the log for longer.
final class ReadAllowance: Sendable {
    static let whole = Duration.milliseconds(750)

    private let left = Mutex(whole)

    /// Runs `read` with the time that is left, a millisecond at least, and takes off the time that it needed.
    func spend<Value>(_ read: (_ deadline: Duration) async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        defer { left.withLock { $0 -= .now - start } }
        return try await read(max(left.withLock { $0 }, .milliseconds(1)))
    }
}
