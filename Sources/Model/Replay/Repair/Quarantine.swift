import EventLog
package import EventLoop
import Events
package import Kafka
package import Postgres
package import ReadModel

/// Records that could not be folded, and the records of the same entity that wait behind them.
package struct Quarantine: Sendable {
    package struct Entry: Sendable {
        package let position: RecordPosition
        package let key: String
        package let reason: String

        var entity: EntityKey { EntityKey(position.partition, key) }
    }

    private let postgres: PostgresConfiguration
    private let kafka: KafkaConfiguration
    private let loop: EventLoop

    package init(_ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration, loop: EventLoop) {
        self.postgres = postgres
        self.kafka = kafka
        self.loop = loop
    }

    /// The entries of a generation, the live one when none is named, in the order of topic, partition and offset.
    package func entries(of generation: Int? = nil) async throws -> [Entry] {
        try await withConnection(postgres, loop: loop) { connection in
            let table = generation.map { "\(ReadModel.schema(of: $0)).quarantine" } ?? "warelog.quarantine"
            return try await connection.query(
                "select topic, partition, log_offset, key, reason from \(table) order by topic, partition, log_offset"
            ).rows.map { try Entry(row: $0) }
        }
    }

    package func record(at position: RecordPosition) async throws -> KafkaRecord? {
        try await LogRecords(kafka: kafka, loop: loop).read(position.partition, at: [position.offset]).first
    }

    /// Folds the entities of these records once more, each from its own first event, in the live generation and in
    /// those that may become it. Each entity has a transaction of its own, and one that fails does not keep the others
    /// from being folded. `report` is told of each. A dry run only reads.
    ///
    /// Throws when nothing can be folded: a rebuild is running, a server does not answer, or a generation has other
    /// columns than this program writes.
    package func retry(
        _ entries: [Entry], isDryRun: Bool, report: (RefoldOutcome) -> Void
    ) async throws {
        try await withRefold(isDryRun: isDryRun) { refold in
            var seen: Set<EntityKey> = []
            for entity in entries.map(\.entity) where seen.insert(entity).inserted {
                do {
                    report(
                        RefoldOutcome(entity: entity, result: .folded(try await refold.run(entity, discarding: nil))))
                } catch let error where Self.isOfOneEntity(error) {
                    report(RefoldOutcome(entity: entity, result: .failed("\(error)")))
                }
            }
        }
    }

    /// Takes one record out of the fold for good, in this generation and all that are to come, and folds its entity
    /// without it. The actor and the reason are recorded with it.
    package func discard(
        _ entry: Entry, actor: String, reason: String, isDryRun: Bool
    ) async throws -> RefoldOutcome {
        try await withRefold(isDryRun: isDryRun) { refold in
            let discard = Refold.Discard(position: entry.position, actor: actor, reason: reason)
            let result = try await refold.run(entry.entity, discarding: discard)
            return RefoldOutcome(entity: entry.entity, result: .folded(result))
        }
    }

    /// Whether the next entity may well be folded after this error.
    private static func isOfOneEntity(_ error: any Error) -> Bool {
        switch error {
        case is CancellationError, is DeadlineExceeded, is OtherColumns: false
        case ReplayFault.held, ReplayFault.noGeneration, ReplayFault.otherDefinition: false
        case let error as PostgresError: !error.isConnectionLost && error.kind == .server
        default: true
        }
    }

    private func withRefold<Value>(
        isDryRun: Bool, _ body: (Refold) async throws -> Value
    ) async throws -> Value {
        try await withConnection(postgres, loop: loop) { connection in
            let log = LogRecords(kafka: kafka, loop: loop)
            if isDryRun { return try await body(Refold(connection, log, leases: nil)) }
            return try await withConnection(postgres, loop: loop) { leases in
                try await body(Refold(connection, log, leases: leases))
            }
        }
    }
}

extension Quarantine.Entry {
    fileprivate init(row: PostgresRow) throws(PostgresError) {
        position = RecordPosition(try TopicPartition(row: row), try row.int("log_offset"))
        key = try row.text("key")
        reason = try row.text("reason")
    }

    init(_ quarantined: QuarantineRow) {
        position = RecordPosition(quarantined.record)
        key = quarantined.record.keyText
        reason = quarantined.reason
    }
}
