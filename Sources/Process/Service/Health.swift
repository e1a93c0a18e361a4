import JSON
import Synchronization

/// The needs of a process, such as its database, and whether each is met. Answers `/readyz`.
package final class Health: Sendable {
    private struct State {
        /// The needs, each with the reason why it is not met, or nil if it is.
        var needs: [String: String?] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Records that `need` is met.
    package func well(_ need: String) { state.withLock { $0.needs[need] = .some(nil) } }

    /// Records that `need` is not met. `/readyz` shows `reason`.
    package func unwell(_ need: String, _ reason: String) { state.withLock { $0.needs[need] = reason } }

    /// Makes the process not ready for good, because it is stopping.
    package func stop() { state.withLock { $0.isStopping = true } }

    package var isReady: Bool {
        state.withLock { state in !state.isStopping && state.needs.values.allSatisfy { $0 == nil } }
    }

    var json: [UInt8] {
        let state = state.withLock { $0 }
        return JSONWriter.object { json in
            json.member("status", isReady ? "ready" : state.isStopping ? "stopping" : "not ready")
            json.key("needs")
            json.object { json in
                for (need, reason) in state.needs.sorted(by: { $0.key < $1.key }) {
                    json.key(need)
                    json.string(reason ?? "ok")
                }
            }
        }
    }
}
