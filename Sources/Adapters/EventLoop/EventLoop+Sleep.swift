import Synchronization

extension EventLoop {
    /// Suspends the calling task for `duration`. Throws `CancellationError` if the task is cancelled first. Callable
    /// from any thread.
    package func sleep(for duration: Duration) async throws {
        let sleeper = Sleeper()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                onLoop {
                    do {
                        try sleeper.start(on: self, for: duration, continuation)
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
        } onCancel: {
            onLoop { sleeper.finish(.failure(CancellationError())) }
        }
    }

    /// Runs `operation`. If it has not ended after `duration`, cancels it, waits for its end and throws
    /// `DeadlineExceeded`.
    package func withDeadline<Value: Sendable>(
        _ duration: Duration, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask(executorPreference: self) { try await operation() }
            group.addTask(executorPreference: self) {
                try await self.sleep(for: duration)
                return nil
            }
            defer { group.cancelAll() }
            // Both children end; `next` returns the first.
            guard let first = try await group.next(), let value = first else { throw DeadlineExceeded() }
            return value
        }
    }

    /// Runs `body` at once on the loop's thread, or soon if the caller is on another thread.
    package func onLoop(_ body: @escaping @Sendable () -> Void) {
        if isCurrent { body() } else { execute(body) }
    }
}

/// An operation did not end before its deadline.
package struct DeadlineExceeded: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "the deadline is exceeded" }
}

/// A suspended task and its timer. For the loop's thread only.
private final class Sleeper: @unchecked Sendable {
    private var timer: Timer?
    private var continuation: CheckedContinuation<Void, any Error>?
    private var outcome: Result<Void, any Error>?

    func start(
        on loop: EventLoop, for duration: Duration, _ continuation: CheckedContinuation<Void, any Error>
    ) throws(EventLoopError) {
        if let outcome { return continuation.resume(with: outcome) }  // cancelled before it started
        let timer = try Timer(on: loop) { [unowned self] in finish(.success(())) }
        timer.start(after: duration)
        self.timer = timer
        self.continuation = continuation
    }

    func finish(_ outcome: Result<Void, any Error>) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        timer?.close()
        timer = nil
        continuation?.resume(with: outcome)
        continuation = nil
    }
}
