import JSON
import Synchronization

/// What the process needs to do its work, and whether it has it. Answers `/readyz`.
package final class Health: Sendable {
    private struct State {
        /// Nil for what is well, else what is wrong.
        var needs: [String: String?] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())

    package init() {}

    /// `need` is there and well.
    package func well(_ need: String) { state.withLock { $0.needs[need] = .some(nil) } }

    /// `need` is away; `reason` is shown to whoever asks.
    package func unwell(_ need: String, _ reason: String) { state.withLock { $0.needs[need] = reason } }

    /// From now on the process is not ready, whatever it has.
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
