import EventLog
import Events
import Kafka
import Postgres
import Service

/// The read model in Postgres, as `schema/postgres` defines it.
struct ReadModel: Sendable {
    /// SQLSTATE of a checkpoint that somebody else owns.
    static let fenced = "WL001"

    /// A partition of ours: up to where it is folded, and the epoch that proves that it is ours.
    struct Ownership: Sendable {
        var nextOffset: Int64
        let epoch: Int64
    }

    private let pool: PostgresPool

    init(_ pool: PostgresPool) { self.pool = pool }

    /// Makes the caller the newest owner of `partitions`.
    func takeOver(_ partitions: [TopicPartition]) async throws(PostgresError) -> [TopicPartition: Ownership] {
        let rows = try await pool.query(
            """
            insert into read_model_2.checkpoints as c (topic, partition, next_offset, owner_epoch)
            select t, p, 0, 1 from unnest($1::text[], $2::bigint[]) as x(t, p)
            on conflict (topic, partition) do update set owner_epoch = c.owner_epoch + 1
            returning topic, partition, next_offset, owner_epoch
            """,
            [.textArray(partitions.map(\.topic)), .intArray(partitions.map { Int64($0.partition) })]
        ).rows
        var owned: [TopicPartition: Ownership] = [:]
        for row in rows {
            let partition = TopicPartition(topic: try row.text("topic"), partition: Int32(try row.int("partition")))
            owned[partition] = Ownership(nextOffset: try row.int("next_offset"), epoch: try row.int("owner_epoch"))
        }
        return owned
    }

    /// Loads what a batch concerns; the queries travel together.
    func load(_ wanted: Batch.Wanted) async throws -> Batch.Known {
        let results = try await pool.transaction([
            ReadModelSQL.products(wanted.products), ReadModelSQL.users(wanted.users),
            ReadModelSQL.commands(wanted.commands), ReadModelSQL.quarantined(wanted.keys),
        ])
        guard results.count == 4 else { return Batch.Known() }
        var known = Batch.Known()
        for row in results[0].rows {
            let product = try Product(row: row)
            known.products[product.id] = product
        }
        for row in results[1].rows {
            guard let id = UserID(try row.int("id")) else { continue }
            known.users[id] = User(
                id: id, name: try row.text("name"), createdAt: Timestamp(milliseconds: try row.int("created_ms")))
        }
        for row in results[2].rows { known.commands.insert(CommandID(try row.text("command_id"))) }
        for row in results[3].rows {
            known.quarantined.insert(Batch.Key(topic: try row.text("topic"), key: try row.text("key")))
        }
        return known
    }

    /// Writes what a batch changes and moves the checkpoints, in one transaction and one round trip. Nothing of it
    /// happens when one of the partitions has another owner (`fenced`).
    func commit(
        _ changes: Batch.Changes, _ owned: [TopicPartition: Ownership]
    ) async throws(PostgresError) {
        var statements: [PostgresStatement] = []
        for (partition, next) in changes.checkpoints.sorted(by: { $0.key < $1.key }) {
            guard let ownership = owned[partition] else { continue }
            statements.append(ReadModelSQL.advance(partition, ownership, to: next))
        }
        if !changes.users.isEmpty { statements.append(ReadModelSQL.upsert(changes.users)) }
        if !changes.products.isEmpty { statements.append(ReadModelSQL.upsert(changes.products)) }
        if !changes.commands.isEmpty { statements.append(ReadModelSQL.upsert(changes.commands)) }
        if !changes.productChanges.isEmpty { statements.append(ReadModelSQL.insert(changes.productChanges)) }
        if !changes.quarantined.isEmpty { statements.append(ReadModelSQL.insert(changes.quarantined)) }
        statements.append(ReadModelSQL.notify(changes.checkpoints))
        _ = try await pool.transaction(statements)
    }

    /// Products that changed at or after an offset, in the order of their changes.
    func changes(
        partition: Int32, from offset: Int64, limit: Int
    ) async throws(PostgresError) -> [(id: ProductID, offset: Int64)] {
        let rows = try await pool.query(
            """
            select id, log_offset from read_model_2.products where log_partition = $1 and log_offset >= $2
            order by log_offset limit $3
            """, [.int(Int64(partition)), .int(offset), .int(Int64(limit))]
        ).rows
        var changes: [(id: ProductID, offset: Int64)] = []
        for row in rows {
            guard let id = ProductID(try row.int("id")) else { continue }
            changes.append((id, try row.int("log_offset")))
        }
        return changes
    }
}
