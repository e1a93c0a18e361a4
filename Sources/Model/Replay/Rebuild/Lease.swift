import Postgres
import ReadModel

/// The right to do what only one may do, for as long as the session lives that took it.
///
/// An advisory lock says whether the holder is there; the row says who it is, and its epoch tells a holder that was cut
/// off from the one that came after: what must not be done by both names the epoch in its transaction.
package struct Lease: Sendable {
    package enum Name: String, Sendable {
        case rebuild, redrive
    }

    /// The first half of the advisory locks' numbers: Warelog's leases.
    private static let locks: Int64 = 7_236_419

    package let name: Name
    package let epoch: Int64

    /// Fails at once with `ReplayFault.held` when somebody has it. `connection` keeps it, and is for nothing else that
    /// could fail it.
    package static func take(_ name: Name, as holder: String, _ connection: PostgresConnection) async throws -> Lease {
        // Or the session of a process that is gone would live on until the end of the statement that it is at.
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
        return Lease(name: name, epoch: epoch)
    }

    /// Whoever has it; nil when nobody does.
    package static func holder(
        of name: Name, _ connection: PostgresConnection
    ) async throws(PostgresError) -> (name: String, since: String)? {
        let rows = try await connection.query(
            """
            select holder, to_char(since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since from warelog.leases l
            where name = $1 and exists (
                select from pg_locks where locktype = 'advisory' and classid = $2 and objid = l.id::oid and granted
                    and database = (select oid from pg_database where datname = current_database()))
            """, [.text(name.rawValue), .int(locks)]
        ).rows
        guard let row = rows.first else { return nil }
        return (try row.text("holder"), try row.text("since"))
    }

    /// Locks the lease for the rest of the transaction; throws when it is somebody else's by now.
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
