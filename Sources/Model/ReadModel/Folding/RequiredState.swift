import EventLog
package import Events
package import Kafka

/// The part of the read model that a batch has to know before it can be folded.
package struct RequiredState {
    package private(set) var products: Set<ProductID> = []
    package private(set) var users: Set<UserID> = []
    package private(set) var commands: Set<CommandKey> = []
    package private(set) var entities: Set<EntityKey> = []
    /// The offsets that the batch spans in each partition.
    package private(set) var ranges: [TopicPartition: ClosedRange<Int64>] = [:]

    mutating func add(_ record: KafkaRecord) {
        entities.insert(EntityKey(record))
        let range = ranges[record.topicPartition] ?? record.offset...record.offset
        ranges[record.topicPartition] = min(range.lowerBound, record.offset)...max(range.upperBound, record.offset)
    }

    mutating func add(_ event: LogRecord, _ command: CommandID?, _ partition: TopicPartition) {
        switch event {
        case .product(let recorded): products.insert(recorded.event.productID)
        case .user(let recorded): users.insert(recorded.event.userID)
        }
        if let command { commands.insert(CommandKey(partition, command)) }
    }
}
