package import Kafka

/// The time that records have been on the log without being folded. It is derived from observations of the ends of the
/// log and of the checkpoints: the oldest record that is not folded existed when the first end beyond the checkpoint
/// was seen.
///
/// So no record has to be read, and no clock but the observer's own matters.
package struct FoldLag: Sendable {
    private struct Partition {
        var end: Int64 = 0
        var checkpoint: Int64 = 0
        /// Ends beyond the checkpoint, in order, each with the instant at which it was seen first.
        var ends: [(end: Int64, seen: ContinuousClock.Instant)] = []

        mutating func update(at now: ContinuousClock.Instant) {
            let folded = ends.firstIndex { $0.end > checkpoint } ?? ends.count
            ends.removeFirst(folded)
            if end > max(checkpoint, ends.last?.end ?? 0) { ends.append((end, now)) }
            // After a long standstill the ages of the later records need not be exact.
            if ends.count > FoldLag.maximumEnds { ends = ends.indices.filter { $0 % 2 == 0 }.map { ends[$0] } }
        }
    }

    /// The maximum number of ends that are remembered for one partition.
    private static let maximumEnds = 512

    private var partitions: [TopicPartition: Partition] = [:]

    package init() {}

    /// Records where partitions end.
    package mutating func see(ends: LogEnds, at now: ContinuousClock.Instant) {
        for (partition, end) in ends {
            partitions[partition, default: Partition()].end = end
            partitions[partition]?.update(at: now)
        }
    }

    /// Records the checkpoints, which are the offsets before which each partition is folded. A partition without a
    /// checkpoint is not folded at all.
    package mutating func see(checkpoints: [TopicPartition: Int64], at now: ContinuousClock.Instant) {
        for partition in partitions.keys {
            partitions[partition]?.checkpoint = checkpoints[partition] ?? 0
            partitions[partition]?.update(at: now)
        }
    }

    /// The offsets of the oldest records that are not folded.
    package var oldest: [TopicPartition: Int64] {
        partitions.filter { !$0.value.ends.isEmpty }.mapValues(\.checkpoint)
    }

    /// Sets the instants of oldest records that are known to have existed before they were seen.
    package mutating func date(_ instants: [TopicPartition: ContinuousClock.Instant]) {
        for (partition, instant) in instants {
            guard let seen = partitions[partition]?.ends.first?.seen else { continue }
            partitions[partition]?.ends[0].seen = min(seen, instant)
        }
    }

    /// The age of the oldest record of each partition that is not folded; zero if all records are folded.
    package func ages(at now: ContinuousClock.Instant) -> [TopicPartition: Duration] {
        partitions.mapValues { partition in partition.ends.first.map { max(.zero, now - $0.seen) } ?? .zero }
    }
}
