import Synchronization

/// Bounds the number of concurrent uploads in a process, and so their memory: each upload buffers one part of an
/// object. An upload beyond the bound is refused at once and does not wait.
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
            throw Problem(.overloaded, "Too many concurrent uploads.", headers: ["Retry-After": "1"])
        }
        defer { free.withLock { $0 += 1 } }
        return try await body()
    }
}
