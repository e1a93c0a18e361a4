/// A record as it stands in the log.
package struct KafkaRecord: Sendable, Equatable {
    package let topicPartition: TopicPartition
    package let offset: Int64
    /// Milliseconds since 1970, -1 where the record has none.
    package let timestamp: Int64
    package let key: [UInt8]?
    /// None is a tombstone.
    package let value: [UInt8]?
    package let headers: [KafkaHeader]

    package init(
        topicPartition: TopicPartition, offset: Int64, timestamp: Int64, key: [UInt8]?, value: [UInt8]?,
        headers: [KafkaHeader]
    ) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}
