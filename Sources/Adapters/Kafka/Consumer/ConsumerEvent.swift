/// The next event of a consumer.
package enum ConsumerEvent: Sendable, Equatable {
    /// The group assigned these partitions. They are all that this member has, and may be none. Answer with `assign`,
    /// at once or when the checkpoints are loaded; the consumer reads nothing before that.
    case assigned([TopicPartition])
    /// The group revokes these partitions. Finish the records in flight and answer with `unassign`. If the partitions
    /// are `lost`, another member may have them already.
    case revoked([TopicPartition], lost: Bool)
    /// One or more records, each partition's in the order of their offsets.
    case records([KafkaRecord])
    /// The consumer has reached the end of these partitions, as they were at that moment: each offset is the one of the
    /// next record. It may be greater than that after the last record, because markers of transactions have offsets,
    /// too. It comes after the records before it, from a consumer that reports ends.
    case reachedEnd([TopicPartition: Int64])
}
