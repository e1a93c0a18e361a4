import Synchronization

/// Tells all tasks of a process, once, that it has to stop.
package final class StopSignal: Sendable {
    private struct State {
        var isStopping = false
        var failure: (any Error)?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var isStopping: Bool { state.withLock { $0.isStopping } }

    /// The error that stops the process, if an error does. The first one is kept.
    package var failure: (any Error)? { state.withLock { $0.failure } }

    /// Stops the process because it cannot continue. It drains as usual and exits with a failure.
    package func fail(_ error: any Error) {
        state.withLock { $0.failure = $0.failure ?? error }
        stop()
    }

    package func stop() {
        let waiting = state.withLock { state in
            state.isStopping = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the process has to stop, or the task is cancelled.
    package func wait() async {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isStopping || Task.isCancelled { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}
