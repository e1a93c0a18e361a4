import Synchronization

/// Merges concurrent loads of the same key into one.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// The way in which a caller's wait ends.
    private enum Turn: Sendable {
        case result(Result<Value, any Error>)
        /// The caller whose load it was has gone, and this one loads.
        case load
    }

    private typealias Waiter = CheckedContinuation<Turn, Never>
    private let waiting = Mutex<[Key: [Waiter]]>([:])

    /// Returns the value of `load`. The first caller runs it; the others wait for its result, which can be an error. If
    /// the first caller is cancelled, the next one loads: the load goes on while anybody waits.
    func value(for key: Key, _ load: () async throws -> Value) async throws -> Value {
        if case .result(let result) = await turn(for: key) { return try result.get() }
        do {
            let value = try await load()
            end(key, .success(value))
            return value
        } catch {
            if Task.isCancelled { handOver(key) } else { end(key, .failure(error)) }
            throw error
        }
    }

    /// The number of callers that wait for another one's load.
    func waitingCount(for key: Key) -> Int { waiting.withLock { $0[key]?.count ?? 0 } }

    private func turn(for key: Key) async -> Turn {
        await withCheckedContinuation { (waiter: Waiter) in
            let isFirst = waiting.withLock { waiting in
                if waiting[key]?.append(waiter) != nil { return false }
                waiting[key] = []
                return true
            }
            if isFirst { waiter.resume(returning: .load) }
        }
    }

    private func end(_ key: Key, _ result: Result<Value, any Error>) {
        let waiters = waiting.withLock { $0.removeValue(forKey: key) } ?? []
        for waiter in waiters { waiter.resume(returning: .result(result)) }
    }

    private func handOver(_ key: Key) {
        let next = waiting.withLock { waiting in
            if waiting[key]?.isEmpty == false { return waiting[key]?.removeFirst() }
            waiting[key] = nil
            return nil
        }
        next?.resume(returning: .load)
    }
}
