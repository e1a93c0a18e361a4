import EventLog
package import Kafka

/// The key of a record in its partition: records with the same key never overtake one another.
package struct EntityKey: Hashable, Sendable {
    package let partition: TopicPartition
    package let key: String

    package init(_ partition: TopicPartition, _ key: String) {
        self.partition = partition
        self.key = key
    }

    package init(_ record: KafkaRecord) { self.init(record.topicPartition, record.keyText) }
}
