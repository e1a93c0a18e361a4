import EventLog
package import Kafka

/// A record that was put into quarantine, and why.
package struct QuarantineRow: ReadModelRow, Sendable {
    package let record: KafkaRecord
    package let reason: String

    package static var tableName: String { "quarantine" }
    package static let columns: [ReadModelColumn<QuarantineRow>] = [
        .text("topic") { $0.record.topicPartition.topic },
        .int32("partition") { $0.record.topicPartition.partition },
        .int("log_offset") { $0.record.offset },
        .text("key") { ReadModelSQL.storable($0.record.keyText) },
        .text("reason") { ReadModelSQL.storable($0.reason) },
        .text("command_id") { $0.record.commandText.map(ReadModelSQL.storable) },
    ]
    package static var onConflict: ConflictRule { .keepsOld }
}
