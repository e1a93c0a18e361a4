import Synchronization

/// How many uploads a process takes at once: each holds up to a part of an object, so this bounds their memory. Whoever
/// comes when all are taken is told so at once, and does not wait.
final class UploadSlots: Sendable {
    private let free: Mutex<Int>

    init(_ count: Int) { free = Mutex(count) }

    func withSlot<Value>(_ body: () async throws -> Value) async throws -> Value {
        let isTaken = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        guard isTaken else {
            throw Problem(.overloaded, "As many images are being uploaded as can be.", headers: ["Retry-After": "1"])
        }
        defer { free.withLock { $0 += 1 } }
        return try await body()
    }
}
