/// A topic as the broker describes it.
package struct TopicMetadata: Sendable, Equatable {
    package let name: String
    package let exists: Bool
    package let partitionCount: Int
    /// Differs each time a topic of this name is created. Those of the embedded broker live as long as its process, and
    /// have the id of its cluster.
    package let topicID: String?

    package var partitions: [TopicPartition] {
        (0..<Int32(clamping: partitionCount)).map { TopicPartition(topic: name, partition: $0) }
    }
}
