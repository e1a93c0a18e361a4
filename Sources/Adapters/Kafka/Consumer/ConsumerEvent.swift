/// What a consumer meets next.
package enum ConsumerEvent: Sendable, Equatable {
    /// The group gave these partitions, all that this member has (it may be none): answer with `assign`, now or when
    /// their checkpoints are loaded. Nothing is read before.
    case assigned([TopicPartition])
    /// The group takes these partitions back: finish what is in hand and answer with `unassign`. When they are `lost`,
    /// another member may have them already.
    case revoked([TopicPartition], lost: Bool)
    /// Records: never none, those of each partition in the order of their offsets.
    case records([KafkaRecord])
    /// The consumer has reached the end of these partitions, as they were at that moment: each offset is the one of the
    /// next record. It may be greater than that after the last record, because markers of transactions have offsets,
    /// too. It comes after the records before it, from a consumer that reports ends.
    case reachedEnd([TopicPartition: Int64])
}
