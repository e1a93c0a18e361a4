package import EventLog
import Events
package import Kafka
package import ReadModel
import Replay
import SeededRandom

/// Drafts at their positions in a log with this number of partitions for each topic.
package struct PartitionedLog: Sendable {
    package private(set) var records: [TopicPartition: [KafkaRecord]] = [:]
    package private(set) var discarded: Set<RecordPosition> = []
    package private(set) var ends: LogEnds = [:]
    package let counts: PartitionCounts

    package init(_ drafts: [Draft], partitions: Int32) {
        counts = PartitionCounts(products: partitions, users: partitions)
        var random = SeededGenerator(seed: Int(partitions))
        for draft in drafts {
            let home = Int32(draft.id % Int64(partitions))
            let partition = TopicPartition(
                topic: draft.topic.name, partition: draft.isAstray ? (home + 1) % partitions : home)
            // A log has gaps: aborted transactions, records of other kinds.
            let gap = Int.random(in: 0..<10, using: &random) == 0 ? Int64.random(in: 1...4, using: &random) : 0
            let offset = ends[partition, default: 0] + gap
            ends[partition] = offset + 1
            if draft.isDiscarded { discarded.insert(RecordPosition(partition, offset)) }
            records[partition, default: []].append(
                KafkaRecord(
                    topicPartition: partition, offset: offset, timestamp: draft.time, key: draft.key,
                    value: draft.value, headers: draft.headers))
        }
    }

    /// Returns all records as batches of 1 to `maximum` records; small and large batches are equally frequent. The
    /// records of each partition are in order, and the partitions are mixed.
    package func batches(seed: Int, maximum: Int = 5000) -> [[KafkaRecord]] {
        var random = SeededGenerator(seed: seed)
        var rest = records.sorted { $0.key < $1.key }.map { $0.value[...] }
        var batches: [[KafkaRecord]] = []
        while !rest.isEmpty {
            // Each power of two is equally frequent.
            let bits = Int.random(in: 0...(Int.bitWidth - maximum.leadingZeroBitCount), using: &random)
            let size = Int.random(in: 1...min(maximum, 1 << bits), using: &random)
            var batch: [KafkaRecord] = []
            while batch.count < size, !rest.isEmpty {
                let index = Int.random(in: rest.indices, using: &random)
                let run = min(rest[index].count, Int.random(in: 1...(size - batch.count), using: &random))
                batch += rest[index].prefix(run)
                rest[index].removeFirst(run)
                if rest[index].isEmpty { rest.remove(at: index) }
            }
            batches.append(batch)
        }
        return batches
    }
}
