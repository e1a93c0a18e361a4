import EventLog
package import Kafka
package import Postgres

/// The rows that a fold writes, and the checkpoints that it moves.
package struct ReadModelChanges {
    package var products: [ProductRow] = []
    /// One row for every event of a product, in the order of the log.
    package var productEvents: [ProductEventRow] = []
    package var users: [UserRow] = []
    package var commands: [CommandRow] = []
    package var quarantined: [QuarantineRow] = []
    /// The next offset of each partition.
    package var checkpoints: [TopicPartition: Int64] = [:]

    mutating func advance(past record: KafkaRecord) {
        let next = max(checkpoints[record.topicPartition] ?? 0, record.offset + 1)
        checkpoints[record.topicPartition] = next
    }

    mutating func take(_ fold: BatchFold) {
        products = fold.changedProducts
        productEvents = fold.productEvents
        users = fold.changedUsers
        commands = fold.decisions
    }

    /// Appends the changed rows of a table in binary form.
    package func append(_ table: ReadModelTable, to rows: inout PostgresCopyRows) {
        switch table {
        case .users: for user in users { rows.append(user) }
        case .products: for product in products { rows.append(product) }
        case .productEvents: for event in productEvents { rows.append(event) }
        case .commands: for command in commands { rows.append(command) }
        }
    }
}
