import Synchronization

/// Merges concurrent loads of the same key into one.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>
    private let waiting = Mutex<[Key: [Waiter]]>([:])

    /// Returns the value of `load`. The first caller runs it; the others wait for its result, which can be an error.
    func value(for key: Key, _ load: () async throws -> Value) async throws -> Value {
        let isFirst = waiting.withLock { waiting in
            if waiting[key] != nil { return false }
            waiting[key] = []
            return true
        }
        if !isFirst {
            if let value = try await join(key) { return value }
            return try await load()
        }
        let result: Result<Value, any Error>
        do {
            result = .success(try await load())
        } catch {
            result = .failure(error)
        }
        let waiters = waiting.withLock { $0.removeValue(forKey: key) } ?? []
        for waiter in waiters { waiter.resume(with: result) }
        return try result.get()
    }

    /// Nil if the load has ended in the meantime.
    private func join(_ key: Key) async throws -> Value? {
        let joined: Value
        do {
            joined = try await withCheckedThrowingContinuation { (waiter: Waiter) in
                let isUnderWay = waiting.withLock { waiting in
                    guard waiting[key] != nil else { return false }
                    waiting[key]?.append(waiter)
                    return true
                }
                if !isUnderWay { waiter.resume(throwing: LoadEnded()) }
            }
        } catch is LoadEnded {
            return nil
        }
        return joined
    }
}

private struct LoadEnded: Error {}
