package import EventLog
package import Events
package import Kafka
package import Postgres
import Tables

/// One generation of the read model: a schema with the tables of `schema/postgres/read_model`.
package struct ReadModel: Sendable {
    /// The version of the tables that this code writes. It is incremented with every change to them.
    package static let definition = 9
    /// SQLSTATE of a checkpoint that another process owns.
    package static let fenced = "WL001"
    /// The channel on which projectors are told that they have to take their partitions over again. The payload is a
    /// topic and a partition, or empty when all partitions are meant.
    package static let fencedChannel = "warelog_fenced"
    /// SQLSTATE of a generation that does not exist.
    package static let missing = "WL002"

    /// The ownership of a partition: the offset up to which it is folded, and the epoch that proves the ownership.
    package struct Ownership: Sendable {
        package var nextOffset: Int64
        package let epoch: Int64
    }

    package let generation: Int
    let counts: PartitionCounts
    private let pool: PostgresPool
    private let sql: ReadModelSQL

    package var schema: String { Self.schema(of: generation) }

    package static func schema(of generation: Int) -> String { "read_model_\(generation)" }

    /// `counts` are the partition counts of the log's topics.
    package init(generation: Int, of counts: PartitionCounts, _ pool: PostgresPool) {
        self.generation = generation
        self.counts = counts
        self.pool = pool
        sql = ReadModelSQL(schema: Self.schema(of: generation))
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
        // Without partitions there are no rows, and any generation is the right one.
        let number = try rows.first.map { Int(try $0.int("generation")) } ?? generation ?? 0
        let counts = try await LogTopics.counts(pool)
        let model = ReadModel(generation: number, of: counts, pool)
        if !rows.isEmpty { try await model.checkColumns() }
        return (model, owned)
    }

    /// Throws `OtherColumns` when the generation's tables are not those that this program writes.
    private func checkColumns() async throws {
        let statement = ColumnCheck.statement(schema: schema)
        try ColumnCheck.check(await pool.query(statement.sql, statement.parameters).rows, schema: schema)
    }

    /// Whether each of these partitions of the live generation belongs to `owner` or to nobody. Another projector that
    /// took one of them over goes on with it.
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

    /// Gives up these partitions, as far as they are still ours.
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

    /// Loads the state that a batch requires; the queries travel together.
    func load(_ required: RequiredState) async throws -> LoadedState {
        let results = try await pool.transaction([
            sql.products(required.products), sql.users(required.users), sql.commands(required.commands),
            sql.quarantined(required.entities), sql.discarded(required.ranges),
        ])
        guard results.count == 5 else { throw UnexpectedResults(expected: 5, found: results.count) }
        var state = LoadedState()
        for row in results[0].rows {
            let product = try Product(row: row)
            state.products[product.id] = product
        }
        for row in results[1].rows {
            guard let id = UserID(try row.int("id")) else { throw DamagedRow(table: UserRow.tableName) }
            state.users[id] = User(
                id: id, name: try row.text("name"), createdAt: Timestamp(milliseconds: try row.int("created_ms")))
        }
        for row in results[2].rows { state.commands.insert(try CommandKey(row: row)) }
        for row in results[3].rows {
            state.quarantined.insert(EntityKey(try TopicPartition(row: row), try row.text("key")))
        }
        for row in results[4].rows { state.discarded.insert(try RecordPosition(row: row)) }
        return state
    }

    /// Writes the changes of a batch and moves the checkpoints, in one transaction and one round trip. Nothing of it
    /// happens when one of the partitions has another owner (`fenced`).
    func commit(
        _ changes: ReadModelChanges, _ owned: [TopicPartition: Ownership]
    ) async throws {
        var statements: [PostgresStatement] = []
        for (partition, next) in changes.checkpoints.sorted(by: { $0.key < $1.key }) {
            guard let ownership = owned[partition] else { throw NotOwned(partition: partition) }
            statements.append(sql.advance(partition, ownership, to: next))
        }
        if !changes.users.isEmpty { statements.append(sql.write(changes.users)) }
        if !changes.products.isEmpty { statements.append(sql.write(changes.products)) }
        if !changes.commands.isEmpty { statements.append(sql.write(changes.commands)) }
        if !changes.productEvents.isEmpty { statements.append(sql.write(changes.productEvents)) }
        if !changes.quarantined.isEmpty { statements.append(sql.write(changes.quarantined)) }
        if !changes.products.isEmpty || !changes.users.isEmpty { statements.append(sql.reserveIDs()) }
        statements.append(ReadModelSQL.notify(changes.checkpoints, of: generation))
        _ = try await pool.transaction(statements)
    }

    /// Ends a load of the tables: writes the records in quarantine, and the offsets from which the log is to be folded.
    package func finish(
        _ quarantined: [QuarantineRow], checkpoints: [TopicPartition: Int64]
    ) async throws(PostgresError) {
        var statements = [sql.insert(checkpoints), sql.reserveIDs()]
        if !quarantined.isEmpty { statements.append(sql.write(quarantined)) }
        _ = try await pool.transaction(statements)
    }

    /// The changes of products in the live generation at or after an offset, in the order of the log.
    package static func changes(
        partition: Int32, from offset: Int64, limit: Int, _ pool: PostgresPool
    ) async throws -> [(id: ProductID, offset: Int64)] {
        let rows = try await pool.query(
            """
            select product_id, log_offset from warelog.product_events
            where log_partition = $1 and log_offset >= $2 and is_change order by log_offset limit $3
            """, [.int(Int64(partition)), .int(offset), .int(Int64(limit))]
        ).rows
        var changes: [(id: ProductID, offset: Int64)] = []
        for row in rows {
            guard let id = ProductID(try row.int("product_id")) else {
                throw DamagedRow(table: ProductEventRow.tableName)
            }
            changes.append((id, try row.int("log_offset")))
        }
        return changes
    }
}
