import EventLoop
import Events
import Foundation
import Kafka
import LogTesting
import ReadModel
import Replay
import Testing

/// In whatever way a log is folded, the rows are the same, byte for byte.
@Suite(.timeLimit(.minutes(20)))
struct DeterminismTests {
    /// The number of records of each of the 24 folds below. Set DETERMINISM_RECORDS for a longer test.
    private static let count =
        ProcessInfo.processInfo.environment["DETERMINISM_RECORDS"].flatMap { Int($0) } ?? 200_000 / 24
    private static let stream = RandomStream(seed: 1, count: count, [.poison, .strangers]).drafts
    /// The documents of a log with one partition that is folded in one batch. Strangers share commands depending on the
    /// partitions in which they meet.
    private static let documents: [Int64: String] = {
        let log = PartitionedLog(stream, partitions: 1)
        var model = MemoryReadModel(of: log.counts, discarded: log.discarded)
        try? model.project(log.records.sorted { $0.key < $1.key }.flatMap(\.value))
        return model.documents.filter { $0.key < RandomStream.firstStranger }
    }()

    @Test(arguments: Array<Int32>(1...8))
    func batchesAndInterleavingMakeNoDifference(partitions: Int32) throws {
        let log = PartitionedLog(Self.stream, partitions: partitions)
        var roots: Set<[TopicPartition: String]> = []
        for seed in 1...2 {
            let model = try folded(log, log.batches(seed: seed))
            roots.insert(model.root.roots(of: log.ends.keys))
            #expect(model.documents.filter { $0.key < RandomStream.firstStranger } == Self.documents)
            #expect(model.conflicts == 0)
        }
        #expect(roots.count == 1)
    }

    @Test(arguments: Array<Int32>(1...8)) func aFreshFoldMakesTheSameRows(partitions: Int32) throws {
        let log = PartitionedLog(Self.stream, partitions: partitions)
        let live = try folded(log, log.batches(seed: 3))
        let loop = try EventLoop()
        let (root, quarantined) = try loop.run {
            // The memory is so small that the spill often writes to its file.
            let buckets = partitions.isMultiple(of: 2) ? 1 : 300
            let spill = RecordSpill(buckets: buckets, memory: 500_000, commandMemory: 50_000)
            for record in log.batches(seed: Int(partitions)).joined() { try spill.add(record) }
            let scan = LogScan(KafkaConfiguration(brokers: "", clientID: "nobody"), loop: loop)
            var root = StateRoot()
            var result = FreshFold.Result()
            let fold = FreshFold(to: log.ends, of: log.counts, scan, discarded: log.discarded)
            try await fold.fold(spill, into: &result) { changes, _ in root.add(changes) }
            return (root, Set(result.quarantined.map { RecordPosition($0.record.topicPartition, $0.record.offset) }))
        }
        #expect(root.differences(from: live.root).isEmpty)
        #expect(root.roots(of: log.ends.keys) == live.root.roots(of: log.ends.keys))
        #expect(quarantined == live.quarantined)
    }

    @Test func theLogThatIsTriedHoldsEverything() throws {
        let log = PartitionedLog(Self.stream, partitions: 3)
        let model = try folded(log, log.batches(seed: 1))
        #expect(model.voidReasons == Set(VoidReason.allCases))
        #expect(!model.quarantined.isEmpty && !log.discarded.isEmpty)
    }

    private func folded(_ log: PartitionedLog, _ batches: [[KafkaRecord]]) throws -> MemoryReadModel {
        var model = MemoryReadModel(of: log.counts, discarded: log.discarded)
        for batch in batches { try model.project(batch) }
        return model
    }
}
