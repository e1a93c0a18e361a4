package import Kafka

/// The place of a record in the log.
package struct RecordPosition: Hashable, Sendable {
    package let partition: TopicPartition
    package let offset: Int64

    package init(_ partition: TopicPartition, _ offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    package init(_ record: KafkaRecord) { self.init(record.topicPartition, record.offset) }
}
