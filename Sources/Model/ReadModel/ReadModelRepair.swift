import EventLog
import Events
import Kafka
import Postgres
import Service

/// One entity of a generation folded anew, in the transaction that is open on a connection.
package struct ReadModelRepair: Sendable {
    private let connection: PostgresConnection
    private let generation: Int
    private var schema: String { ReadModel.schema(of: generation) }
    private var sql: ReadModelSQL { ReadModelSQL(schema: schema) }

    package init(generation: Int, _ connection: PostgresConnection) {
        self.connection = connection
        self.generation = generation
    }

    /// Keeps the partition's owner from committing until the transaction ends, and makes it take the partition over
    /// again after that.
    package func fence(_ partition: TopicPartition) async throws(PostgresError) {
        _ = try await connection.query(
            """
            update \(schema).checkpoints set owner_epoch = owner_epoch + 1, owner = null
            where topic = $1 and partition = $2
            """, [.text(partition.topic), .int(Int64(partition.partition))])
    }

    /// Of every event of the entity that has come so far, folded or not, ascending.
    package func offsets(of key: String, _ partition: TopicPartition) async throws -> [Int64] {
        var offsets: Set<Int64> = []
        if partition.topic == Topic.products.name, let id = ProductID(key) {
            for row in try await connection.query(
                "select log_offset from \(schema).product_events where product_id = $1", [.int(id.value)]
            ).rows { offsets.insert(try row.int("log_offset")) }
        } else if let id = UserID(key) {
            for row in try await connection.query(
                "select log_offset from \(schema).users where id = $1", [.int(id.value)]
            ).rows { offsets.insert(try row.int("log_offset")) }
        }
        for row in try await connection.query(
            "select log_offset from \(schema).quarantine where topic = $1 and partition = $2 and key = $3",
            [.text(partition.topic), .int(Int64(partition.partition)), .text(key)]
        ).rows { offsets.insert(try row.int("log_offset")) }
        return offsets.sorted()
    }

    /// Puts what these records make, from nothing, in the place of what there is of their entity.
    package func refold(
        _ records: [KafkaRecord], key: String, _ partition: TopicPartition
    ) async throws -> Batch.Changes {
        var batch = Batch(records, of: try await LogTopics.counts(connection))
        var known = Batch.Known()
        let wanted = batch.wanted
        let commands = wanted.commands.map(\.id.text)
        if partition.topic == Topic.products.name, let id = ProductID(key) {
            try await run("delete from \(schema).product_events where product_id = $1", [.int(id.value)])
            try await run("delete from \(schema).products where id = $1", [.int(id.value)])
            try await deleteCommands(commands, of: id.value, partition)
        } else if let id = UserID(key) {
            try await run("delete from \(schema).users where id = $1", [.int(id.value)])
            try await deleteCommands(commands, of: id.value, partition)
        }
        try await run(
            "delete from \(schema).quarantine where topic = $1 and partition = $2 and key = $3",
            [.text(partition.topic), .int(Int64(partition.partition)), .text(key)])
        // What other entities' commands have done stays done.
        for row in try await query(sql.commands(wanted.commands)) { known.commands.insert(try Batch.Command(row: row)) }
        for row in try await query(sql.discarded(wanted.ranges)) {
            known.discarded.insert(try Batch.Position(row: row))
        }
        batch.fold(known)
        let changes = batch.changes
        if !changes.users.isEmpty { _ = try await query(sql.upsert(changes.users)) }
        if !changes.products.isEmpty { _ = try await query(sql.upsert(changes.products)) }
        if !changes.commands.isEmpty { _ = try await query(sql.upsert(changes.commands)) }
        if !changes.productEvents.isEmpty { _ = try await query(sql.insert(changes.productEvents)) }
        if !changes.quarantined.isEmpty { _ = try await query(sql.insert(changes.quarantined)) }
        // Who waits for a verdict on one of these is told again up to where the partition is folded.
        try await run(
            """
            select pg_notify('warelog_folded', topic || ' ' || partition || ' ' || next_offset)
            from \(schema).checkpoints where topic = $1 and partition = $2
                and exists (select from warelog.read_models where generation = $3::integer and state = 'live')
            """, [.text(partition.topic), .int(Int64(partition.partition)), .int(Int64(generation))])
        return changes
    }

    private func deleteCommands(_ commands: [String], of id: Int64, _ partition: TopicPartition) async throws {
        try await run(
            """
            delete from \(schema).commands
            where command_id = any($1::text[]) and resource_id = $2 and topic = $3 and log_partition = $4
            """, [.textArray(commands), .int(id), .text(partition.topic), .int(Int64(partition.partition))])
    }

    private func run(_ sql: String, _ parameters: [PostgresValue]) async throws {
        _ = try await connection.query(sql, parameters)
    }

    private func query(_ statement: PostgresStatement) async throws -> PostgresResult.Rows {
        try await connection.query(statement.sql, statement.parameters).rows
    }
}
