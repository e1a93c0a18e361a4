import Events
import Postgres
import Synchronization

/// Knows which users exist. Users are never removed, so a user that was found once is not looked up again.
final class UserDirectory: Sendable {
    private static let capacity = 100_000
    private let known = Mutex<Set<UserID>>([])

    func isKnown(_ user: UserID, _ pool: PostgresPool, within deadline: Duration) async throws -> Bool {
        if known.withLock({ $0.contains(user) }) { return true }
        let rows = try await translatingReadModelErrors {
            try await pool.query("select 1 from users where id = $1", [.int(user.value)], deadline: deadline).rows
        }
        guard !rows.isEmpty else { return false }
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
            known.insert(user)
        }
        return true
    }
}
