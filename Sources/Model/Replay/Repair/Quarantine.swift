import EventLog
import EventLoop
import Events
import Kafka
import Postgres
import ReadModel

/// Records that could not be folded, and those of the same entity that wait behind them.
package struct Quarantine: Sendable {
    package struct Entry: Sendable {
        package let position: Batch.Position
        package let key: String
        package let reason: String
    }

    /// What became of an entity when it was folded again.
    package struct Outcome: Sendable {
        package let key: String
        package let topic: String
        /// Records of the entity that were folded.
        package let folded: Int
        /// Those that still cannot be.
        package let left: [Entry]
        /// What changed for readers, to be forgotten by the cache.
        package let changed: (id: ProductID, offset: Int64)?
    }

    private let postgres: PostgresConfiguration
    private let kafka: KafkaConfiguration
    private let loop: EventLoop
    private let holder = Holder.name(of: "warelog quarantine")

    package init(_ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration, loop: EventLoop) {
        self.postgres = postgres
        self.kafka = kafka
        self.loop = loop
    }

    /// In the order of topic, partition and offset; of the live generation when none is named.
    package func entries(of generation: Int? = nil) async throws -> [Entry] {
        let connection = try await PostgresConnection.connect(postgres, loop: loop)
        defer { connection.close() }
        let table = generation.map { "\(ReadModel.schema(of: $0)).quarantine" } ?? "warelog.quarantine"
        return try await connection.query(
            "select topic, partition, log_offset, key, reason from \(table) order by topic, partition, log_offset"
        ).rows.map { try Entry(row: $0) }
    }

    package func record(at position: Batch.Position) async throws -> KafkaRecord? {
        try await LogRecords(kafka: kafka, loop: loop).read(position.partition, at: [position.offset]).first
    }

    /// Folds the entities of these records once more, each from its own first event, so that their order is the log's, in
    /// the live generation and those that may become it. One transaction for each; with `isDryRun` nothing of it stays.
    package func retry(_ entries: [Entry], isDryRun: Bool) async throws -> [Outcome] {
        try await withLease { connection in
            var outcomes: [Outcome] = []
            for entity in Entity.all(of: entries) {
                outcomes.append(try await refold(entity, connection, isDryRun: isDryRun) {})
            }
            return outcomes
        }
    }

    /// Takes one record out of the fold for good, in this generation and all that are to come, and folds its entity
    /// without it. Who said so and why is written down with it.
    package func discard(_ entry: Entry, actor: String, reason: String, isDryRun: Bool) async throws -> Outcome {
        try await withLease { connection in
            try await refold(Entity(entry), connection, isDryRun: isDryRun) {
                _ = try await connection.query(
                    """
                    insert into warelog.discarded_records (topic, partition, log_offset, key, actor, reason)
                    values ($1, $2, $3, $4, $5, $6) on conflict do nothing
                    """,
                    [
                        .text(entry.position.partition.topic), .int(Int64(entry.position.partition.partition)),
                        .int(entry.position.offset), .text(entry.key), .text(actor), .text(reason),
                    ])
            }
        }
    }

    private struct Entity: Hashable {
        let partition: TopicPartition
        let key: String

        init(_ entry: Entry) {
            partition = entry.position.partition
            key = entry.key
        }

        static func all(of entries: [Entry]) -> [Entity] {
            var known: Set<Entity> = []
            return entries.map { Entity($0) }.filter { known.insert($0).inserted }
        }
    }

    private func refold(
        _ entity: Entity, _ connection: PostgresConnection, isDryRun: Bool, _ prepare: () async throws -> Void
    ) async throws -> Outcome {
        try await connection.simple("begin")
        do {
            try await prepare()
            var outcome: Outcome?
            for (generation, isLive) in try await generations(connection) {
                let result = try await refold(entity, in: ReadModelRepair(generation: generation, connection))
                if isLive { outcome = result }
            }
            guard let outcome else { throw ReplayFault.noGeneration("live") }
            try await connection.simple(isDryRun ? "rollback" : "commit")
            return outcome
        } catch {
            try? await connection.simple("rollback")
            throw error
        }
    }

    /// The live one, and those beside it that are filled and that this program knows.
    private func generations(_ connection: PostgresConnection) async throws -> [(number: Int, isLive: Bool)] {
        let rows = try await connection.query(
            """
            select generation, definition, state = 'live' as is_live from warelog.read_models
            where state <> 'building' or phase = 'following' order by generation for share
            """
        ).rows
        var generations: [(number: Int, isLive: Bool)] = []
        for row in rows {
            let (number, definition) = (Int(try row.int("generation")), Int(try row.int("definition")))
            let isLive = try row.bool("is_live")
            if definition == ReadModel.definition {
                generations.append((number, isLive))
            } else if isLive {
                throw ReplayFault.otherDefinition(generation: number, found: definition)
            }
        }
        return generations
    }

    private func refold(_ entity: Entity, in model: ReadModelRepair) async throws -> Outcome {
        // The partition is ours until the end of the transaction; its projector takes it over again after that.
        try await model.fence(entity.partition)
        let offsets = try await model.offsets(of: entity.key, entity.partition)
        let records = try await LogRecords(kafka: kafka, loop: loop).read(entity.partition, at: offsets)
        guard records.count == offsets.count else {
            throw ReplayFault.refused(
                "\(entity.partition) lacks \(offsets.count - records.count) records of \(entity.key)")
        }
        let changes = try await model.refold(records, key: entity.key, entity.partition)
        return Outcome(
            key: entity.key, topic: entity.partition.topic, folded: records.count - changes.quarantined.count,
            left: changes.quarantined.map { Entry($0) },
            changed: changes.products.first.map { ($0.product.id, $0.position.offset) })
    }

    private func withLease<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let keeper = try await PostgresConnection.connect(postgres, loop: loop)
        defer { keeper.close() }
        _ = try await Lease.take(.redrive, as: holder, keeper)
        // What a rebuild is folding is not to be changed behind its back.
        _ = try await Lease.take(.rebuild, as: holder, keeper)
        let connection = try await PostgresConnection.connect(postgres, loop: loop)
        defer { connection.close() }
        return try await body(connection)
    }
}

extension Quarantine.Entry {
    fileprivate init(row: PostgresRow) throws(PostgresError) {
        position = Batch.Position(try TopicPartition(row: row), try row.int("log_offset"))
        key = try row.text("key")
        reason = try row.text("reason")
    }

    fileprivate init(_ quarantined: Batch.QuarantinedRecord) {
        position = Batch.Position(quarantined.record.topicPartition, quarantined.record.offset)
        key = quarantined.record.keyText
        reason = quarantined.reason
    }
}
