/// What a consumer meets next.
package enum ConsumerEvent: Sendable, Equatable {
    /// The group gave these partitions, all that this member has (it may be none): answer with `assign`, now or when
    /// their checkpoints are loaded. Nothing is read before.
    case assigned([TopicPartition])
    /// The group takes these partitions back: finish what is in hand and answer with `unassign`. When they are `lost`,
    /// another member may have them already.
    case revoked([TopicPartition], lost: Bool)
    /// Never empty; in the order of offsets for each partition.
    case records([KafkaRecord])
}
