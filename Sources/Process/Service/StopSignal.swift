import Synchronization

/// Tells everybody, once, that the process is to end.
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

    /// Why the process is to end, where that is a failure: the first one that was told.
    package var failure: (any Error)? { state.withLock { $0.failure } }

    /// The process cannot go on. It ends like one that is told to, and says that it failed.
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

    /// Returns when the process is to end, or the task is cancelled.
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
