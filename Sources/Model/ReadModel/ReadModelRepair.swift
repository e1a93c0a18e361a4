import EventLog
import Events
package import Kafka
package import Postgres
import Tables

/// Folds one entity of a generation anew. `offsets` and `plan` only read; `fence` and `apply` belong into a short
/// transaction on the same connection.
package struct ReadModelRepair: Sendable {
    private let connection: PostgresConnection
    private let generation: Int
    private let sql: ReadModelSQL
    private var schema: String { sql.schema }

    package init(generation: Int, _ connection: PostgresConnection) {
        self.connection = connection
        self.generation = generation
        sql = ReadModelSQL(schema: ReadModel.schema(of: generation))
    }

    /// Keeps the partition's owner from committing until the transaction ends, and makes it take the partition over
    /// again after that.
    package func fence(_ partition: TopicPartition) async throws(PostgresError) {
        _ = try await connection.query(
            """
            update \(schema).checkpoints set owner_epoch = owner_epoch + 1, owner = null
            where topic = $1 and partition = $2
            """, [.text(partition.topic), .int(Int64(partition.partition))])
        _ = try await connection.query(
            "select pg_notify($1, $2)",
            [.text(ReadModel.fencedChannel), .text("\(partition.topic) \(partition.partition)")])
    }

    /// The offsets of all events of the entity that the read model has seen in this partition, folded or not,
    /// ascending. An entity of the same id in another partition is another entity.
    package func offsets(of entity: EntityKey) async throws -> [Int64] {
        let place: [PostgresValue] = [.text(entity.partition.topic), .int(Int64(entity.partition.partition))]
        var offsets: Set<Int64> = []
        if let id = Self.id(of: entity) {
            let events = entity.isProduct ? "product_events where product_id" : "users where id"
            for row in try await connection.query(
                "select log_offset from \(schema).\(events) = $1 and log_partition = $2",
                [.int(id), place[1]]
            ).rows { offsets.insert(try row.int("log_offset")) }
        }
        for row in try await connection.query(
            "select log_offset from \(schema).quarantine where topic = $1 and partition = $2 and key = $3",
            place + [.text(entity.key)]
        ).rows { offsets.insert(try row.int("log_offset")) }
        return offsets.sorted()
    }

    /// The rows that these records, which must be all records of the entity, produce from an empty state. `discarding`
    /// is a record that is left out, as are those that were discarded before.
    package func plan(
        _ records: [KafkaRecord], of entity: EntityKey, discarding: RecordPosition?
    ) async throws -> ReadModelChanges {
        var batch = Batch(records, of: try await LogTopics.counts(connection))
        let required = batch.required
        var state = LoadedState()
        // The commands of other entities stay decided.
        let commands = try await connection.query(
            """
            select topic, log_partition as partition, command_id from \(schema).commands
            where command_id = any($1) and void_reason is null
                and not (resource_id = $2 and topic = $3 and log_partition = $4)
            """, Self.commandParameters(of: required.commands, entity))
        for row in commands.rows { state.commands.insert(try CommandKey(row: row)) }
        let discarded = sql.discarded(required.ranges)
        for row in try await connection.query(discarded.sql, discarded.parameters).rows {
            state.discarded.insert(try RecordPosition(row: row))
        }
        if let discarding { state.discarded.insert(discarding) }
        batch.fold(state)
        return batch.changes
    }

    /// Replaces everything that exists of the entity in this partition with `changes`.
    package func apply(
        _ changes: ReadModelChanges, replacing records: [KafkaRecord], of entity: EntityKey
    ) async throws {
        let place: [PostgresValue] = [.text(entity.partition.topic), .int(Int64(entity.partition.partition))]
        if let id = Self.id(of: entity) {
            let tables =
                entity.isProduct ? ["product_events where product_id", "products where id"] : ["users where id"]
            for table in tables {
                try await run(
                    "delete from \(schema).\(table) = $1 and log_partition = $2",
                    [.int(id), place[1]])
            }
            let commands = Batch(records, of: try await LogTopics.counts(connection)).required.commands
            try await run(
                """
                delete from \(schema).commands
                where command_id = any($1) and resource_id = $2 and topic = $3 and log_partition = $4
                """, Self.commandParameters(of: commands, entity))
        }
        try await run(
            "delete from \(schema).quarantine where topic = $1 and partition = $2 and key = $3",
            place + [.text(entity.key)])
        try await write(changes.users)
        try await write(changes.products)
        try await write(changes.commands)
        try await write(changes.productEvents)
        try await write(changes.quarantined)
        // A gateway that waits for a verdict on one of these events looks it up once more.
        try await run(
            """
            select pg_notify('warelog_folded', topic || ' ' || partition || ' ' || next_offset)
            from \(schema).checkpoints where topic = $1 and partition = $2
                and exists (select from warelog.read_models where generation = $3::integer and state = 'live')
            """, place + [.int(Int64(generation))])
    }

    /// Nil when the key is no id, so that the fold has no rows of the entity.
    private static func id(of entity: EntityKey) -> Int64? {
        entity.isProduct ? ProductID(entity.key)?.value : UserID(entity.key)?.value
    }

    private static func commandParameters(of commands: Set<CommandKey>, _ entity: EntityKey) -> [PostgresValue] {
        [
            .textArray(commands.map(\.id.text)), .int(id(of: entity) ?? 0), .text(entity.partition.topic),
            .int(Int64(entity.partition.partition)),
        ]
    }

    private func write<Row: ReadModelRow>(_ rows: [Row]) async throws {
        guard !rows.isEmpty else { return }
        let statement = sql.write(rows)
        try await run(statement.sql, statement.parameters)
    }

    private func run(_ sql: String, _ parameters: [PostgresValue]) async throws {
        _ = try await connection.query(sql, parameters)
    }
}

extension EntityKey {
    fileprivate var isProduct: Bool { partition.topic == Topic.products.name }
}
