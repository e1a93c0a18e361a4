import EventLog
import Events
import Kafka
import Postgres
import Service

/// One generation of the read model: a schema with the tables of `schema/postgres/read_model`.
package struct ReadModel: Sendable {
    /// The version of the tables that this code writes. Counted up with every change of them.
    package static let definition = 5
    /// SQLSTATE of a checkpoint that somebody else owns.
    package static let fenced = "WL001"
    /// SQLSTATE of a generation that does not exist.
    package static let missing = "WL002"

    /// A partition of ours: up to where it is folded, and the epoch that proves that it is ours.
    package struct Ownership: Sendable {
        package var nextOffset: Int64
        package let epoch: Int64
    }

    package let generation: Int
    let counts: PartitionCounts
    private let pool: PostgresPool
    private var sql: ReadModelSQL { ReadModelSQL(schema: schema) }

    package var schema: String { Self.schema(of: generation) }

    package static func schema(of generation: Int) -> String { "read_model_\(generation)" }

    /// `counts`: of the log's partitions.
    package init(generation: Int, of counts: PartitionCounts, _ pool: PostgresPool) {
        self.generation = generation
        self.counts = counts
        self.pool = pool
    }

    /// Makes `owner` the newest owner of `partitions` of a generation, the live one when none is named.
    package static func takeOver(
        _ partitions: [TopicPartition], of generation: Int? = nil, as owner: String, _ pool: PostgresPool
    ) async throws -> (model: ReadModel, owned: [TopicPartition: Ownership]) {
        let rows = try await pool.query(
            "select * from warelog.take_over($1::integer, $2, $3::text[], $4::bigint[])",
            [
                generation.map { .int(Int64($0)) } ?? .null, .text(owner), .textArray(partitions.map(\.topic)),
                .intArray(partitions.map { Int64($0.partition) }),
            ]
        ).rows
        var owned: [TopicPartition: Ownership] = [:]
        for row in rows {
            let definition = Int(try row.int("definition"))
            guard definition == Self.definition else { throw UnknownDefinition(found: definition) }
            owned[try TopicPartition(row: row)] =
                Ownership(nextOffset: try row.int("next_offset"), epoch: try row.int("owner_epoch"))
        }
        // No rows without partitions: of nothing, any generation is the right one.
        let number = try rows.first.map { Int(try $0.int("generation")) } ?? generation ?? 0
        let counts = try await LogTopics.counts(pool)
        return (ReadModel(generation: number, of: counts, pool), owned)
    }

    /// Whether all of these partitions of the live generation are `owner`'s, or nobody's: whoever else took one over
    /// goes on with it.
    package static func areFree(_ partitions: [TopicPartition], for owner: String, _ pool: PostgresPool)
        async throws(PostgresError) -> Bool
    {
        let rows = try await pool.query(
            """
            select 1 from unnest($1::text[], $2::bigint[]) as x(t, p)
            join warelog.checkpoints c on c.topic = x.t and c.partition = x.p where c.owner <> $3
            """,
            [
                .textArray(partitions.map(\.topic)), .intArray(partitions.map { Int64($0.partition) }), .text(owner),
            ]
        ).rows
        return rows.isEmpty
    }

    /// Says that these partitions are nobody's any more, those that are still ours.
    package func release(_ owned: [TopicPartition: Ownership], deadline: Duration) async throws(PostgresError) {
        let owned = Array(owned)
        _ = try await pool.query(
            """
            update \(schema).checkpoints c set owner = null
            from unnest($1::text[], $2::bigint[], $3::bigint[]) as x(t, p, e)
            where c.topic = x.t and c.partition = x.p and c.owner_epoch = x.e
            """,
            [
                .textArray(owned.map(\.key.topic)), .intArray(owned.map { Int64($0.key.partition) }),
                .intArray(owned.map(\.value.epoch)),
            ], deadline: deadline)
    }

    /// Loads what a batch concerns; the queries travel together.
    func load(_ wanted: Batch.Wanted) async throws -> Batch.Known {
        let results = try await pool.transaction([
            sql.products(wanted.products), sql.users(wanted.users), sql.commands(wanted.commands),
            sql.quarantined(wanted.keys), sql.discarded(wanted.ranges),
        ])
        guard results.count == 5 else { return Batch.Known() }
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
        for row in results[2].rows { known.commands.insert(try Batch.Command(row: row)) }
        for row in results[3].rows {
            known.quarantined.insert(Batch.Key(try TopicPartition(row: row), try row.text("key")))
        }
        for row in results[4].rows { known.discarded.insert(try Batch.Position(row: row)) }
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
            statements.append(sql.advance(partition, ownership, to: next))
        }
        if !changes.users.isEmpty { statements.append(sql.upsert(changes.users)) }
        if !changes.products.isEmpty { statements.append(sql.upsert(changes.products)) }
        if !changes.commands.isEmpty { statements.append(sql.upsert(changes.commands)) }
        if !changes.productEvents.isEmpty { statements.append(sql.insert(changes.productEvents)) }
        if !changes.quarantined.isEmpty { statements.append(sql.insert(changes.quarantined)) }
        if changes.newestProduct > 0 || changes.newestUser > 0 {
            statements.append(ReadModelSQL.reserveIDs(changes))
        }
        statements.append(ReadModelSQL.notify(changes.checkpoints, of: generation))
        _ = try await pool.transaction(statements)
    }

    /// What a load leaves behind its tables: the records in quarantine, and from where on the log is to be folded.
    package func finish(
        _ quarantined: [Batch.QuarantinedRecord], newestProduct: Int64, newestUser: Int64,
        checkpoints: [TopicPartition: Int64]
    ) async throws(PostgresError) {
        var ids = Batch.Changes()
        ids.newestProduct = newestProduct
        ids.newestUser = newestUser
        var statements = [sql.insert(checkpoints), ReadModelSQL.reserveIDs(ids)]
        if !quarantined.isEmpty { statements.append(sql.insert(quarantined)) }
        _ = try await pool.transaction(statements)
    }

    /// The changes of products at or after an offset, of the live generation, in their order.
    package static func changes(
        partition: Int32, from offset: Int64, limit: Int, _ pool: PostgresPool
    ) async throws(PostgresError) -> [(id: ProductID, offset: Int64)] {
        let rows = try await pool.query(
            """
            select product_id, log_offset from warelog.product_events
            where log_partition = $1 and log_offset >= $2 and is_change order by log_offset limit $3
            """, [.int(Int64(partition)), .int(offset), .int(Int64(limit))]
        ).rows
        var changes: [(id: ProductID, offset: Int64)] = []
        for row in rows {
            guard let id = ProductID(try row.int("product_id")) else { continue }
            changes.append((id, try row.int("log_offset")))
        }
        return changes
    }
}

/// The live read model has tables that this program does not know.
package struct UnknownDefinition: Error, CustomStringConvertible {
    package let found: Int
    package var description: String {
        "the live read model has definition \(found) and this program writes \(ReadModel.definition): run `warelog rebuild` "
            + "with the newer one, or start the program that fits"
    }
}

extension TopicPartition {
    /// From the columns `topic` and `partition`.
    package init(row: PostgresRow) throws(PostgresError) {
        self.init(topic: try row.text("topic"), partition: Int32(truncatingIfNeeded: try row.int("partition")))
    }
}

extension Batch.Command {
    /// From the columns `topic`, `partition` and `command_id`.
    init(row: PostgresRow) throws(PostgresError) {
        self.init(try TopicPartition(row: row), CommandID(try row.text("command_id")))
    }
}

extension Batch.Position {
    /// From the columns `topic`, `partition` and `log_offset`.
    init(row: PostgresRow) throws(PostgresError) {
        self.init(try TopicPartition(row: row), try row.int("log_offset"))
    }
}
