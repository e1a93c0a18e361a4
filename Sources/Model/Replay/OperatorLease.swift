package import Postgres
import ReadModel

/// The right of an operator's command to do something that no two commands may do at once. It lasts as long as the
/// session that took it.
///
/// An advisory lock says whether the holder is there; a row says who it is. The row's epoch distinguishes a holder that
/// was cut off from the next one: a transaction that must not be run by both checks the epoch.
package struct OperatorLease: Sendable {
    package enum Name: String, Sendable {
        case rebuild, redrive
    }

    /// The first half of the numbers of the advisory locks of Warelog's leases.
    private static let locks: Int64 = 7_236_419

    package let name: Name
    package let epoch: Int64

    /// Takes the lease, or throws `ReplayFault.held` at once when another holder has it. `connection` keeps it, and
    /// must not be used for anything that may break the connection.
    package static func take(
        _ name: Name, as holder: String, _ connection: PostgresConnection
    ) async throws -> OperatorLease {
        // Otherwise the session of a process that has ended would live on until the end of its current statement.
        try await connection.simple("set client_connection_check_interval = '1s'")
        let rows = try await connection.query(
            """
            insert into warelog.leases (name, holder, epoch, since) values ($1, '', 0, now())
            on conflict (name) do update set name = excluded.name returning id
            """, [.text(name.rawValue)]
        ).rows
        guard let id = try rows.first?.int("id") else { throw ReplayFault.leaseLost(name.rawValue) }
        let isFree = try await connection.query(
            "select pg_try_advisory_lock($1::integer, $2::integer) as taken", [.int(locks), .int(id)]
        ).rows.first?.bool("taken")
        guard isFree == true else { throw try await held(name, connection) }
        let taken = try await connection.query(
            "update warelog.leases set holder = $2, epoch = epoch + 1, since = now() where name = $1 returning epoch",
            [.text(name.rawValue), .text(holder)]
        ).rows
        guard let epoch = try taken.first?.int("epoch") else { throw ReplayFault.leaseLost(name.rawValue) }
        return OperatorLease(name: name, epoch: epoch)
    }

    /// Runs `body` while `connection` holds these leases.
    package static func with<Value>(
        _ names: [Name], as holder: String, _ connection: PostgresConnection, _ body: () async throws -> Value
    ) async throws -> Value {
        var taken: [OperatorLease] = []
        do {
            for name in names { taken.append(try await take(name, as: holder, connection)) }
            let value = try await body()
            for lease in taken.reversed() { try await lease.release(connection) }
            return value
        } catch {
            for lease in taken.reversed() { try? await lease.release(connection) }  // the first error tells more
            throw error
        }
    }

    private func release(_ connection: PostgresConnection) async throws {
        _ = try await connection.query(
            "select pg_advisory_unlock($1::integer, id) from warelog.leases where name = $2",
            [.int(Self.locks), .text(name.rawValue)])
    }

    /// The present holder; nil when there is none.
    package static func holder(
        of name: Name, _ connection: PostgresConnection
    ) async throws(PostgresError) -> (name: String, since: String)? {
        let rows = try await connection.query(
            """
            select holder, to_char(since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
            from warelog.leases l
            where name = $1 and exists (
                select from pg_locks where locktype = 'advisory' and classid = $2 and objid = l.id::oid and granted
                    and database = (select oid from pg_database where datname = current_database()))
            """, [.text(name.rawValue), .int(locks)]
        ).rows
        guard let row = rows.first else { return nil }
        return (try row.text("holder"), try row.text("since"))
    }

    /// Locks the lease for the rest of the transaction; throws when another holder has it by now.
    package func check(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            "select 1 from warelog.leases where name = $1 and epoch = $2 for share",
            [.text(name.rawValue), .int(epoch)]
        ).rows
        if rows.isEmpty { throw ReplayFault.leaseLost(name.rawValue) }
    }

    private static func held(_ name: Name, _ connection: PostgresConnection) async throws -> ReplayFault {
        let holder = try await holder(of: name, connection)
        return .held(lease: name.rawValue, holder: holder?.name ?? "somebody", since: holder?.since ?? "just now")
    }
}
