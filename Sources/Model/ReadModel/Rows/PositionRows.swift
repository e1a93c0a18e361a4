import EventLog
import Events
package import Kafka
package import Postgres

extension TopicPartition {
    /// Reads the columns `topic` and `partition`.
    package init(row: PostgresRow) throws(PostgresError) {
        self.init(topic: try row.text("topic"), partition: Int32(truncatingIfNeeded: try row.int("partition")))
    }
}

extension CommandKey {
    /// Reads the columns `topic`, `partition` and `command_id`.
    init(row: PostgresRow) throws(PostgresError) {
        self.init(try TopicPartition(row: row), CommandID(try row.text("command_id")))
    }
}

extension RecordPosition {
    /// Reads the columns `topic`, `partition` and `log_offset`.
    init(row: PostgresRow) throws(PostgresError) {
        self.init(try TopicPartition(row: row), try row.int("log_offset"))
    }
}
