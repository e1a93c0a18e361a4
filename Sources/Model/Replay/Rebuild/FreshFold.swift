package import EventLog
import EventLoop
import Kafka
import Postgres
package import ReadModel
import Synchronization

/// Folds the log from its beginning to a given end, without a database: partition by partition and bucket by bucket, in
/// bounded memory, however long the log is and however many products there are.
package struct FreshFold: Sendable {
    package struct Result: Sendable {
        package fileprivate(set) var quarantined: [QuarantineRow] = []
        package fileprivate(set) var records: Int64 = 0

        package init() {}
    }

    /// The numbers of records that are read and that are folded so far, and of all records.
    package struct Progress: Sendable {
        package let read: Int64
        package let folded: Int64
        package let total: Int64
    }

    /// The counters that the reader and the fold share.
    private final class Shared: Sendable {
        let read = Atomic<Int64>(0)
        let folded = Atomic<Int64>(0)
        let isFolding = Atomic<Bool>(false)
    }

    private static let quarantineLimit = 10_000
    /// The least share of the log, as its denominator, that is worth a round of its own.
    private static let leastShare: Int64 = 16

    package let ends: LogEnds
    private let counts: PartitionCounts
    private let scan: LogScan
    private let discarded: Set<RecordPosition>
    private let report: @Sendable (Progress) async throws -> Void

    /// `counts` are the partition counts of the log's topics, `discarded` the records that operators took out of the
    /// fold. `report` is called on the loop on which the fold runs.
    package init(
        to ends: LogEnds, of counts: PartitionCounts, _ scan: LogScan, discarded: Set<RecordPosition>,
        report: @escaping @Sendable (Progress) async throws -> Void = { _ in }
    ) {
        self.ends = ends
        self.counts = counts
        self.scan = scan
        self.discarded = discarded
        self.report = report
    }

    /// Calls `body` with the rows that the records of each bucket produce from an empty state. While some partitions
    /// are folded, another thread reads the next ones. Must be called on the loop of the scan.
    package func run(_ body: (ReadModelChanges) async throws -> Void) async throws -> Result {
        let thread = try EventLoopThread()
        defer { thread.shutdown() }
        let shared = Shared()
        let total = ends.values.reduce(0, +)
        let groups = self.groups
        let largest = groups.map { $0.values.reduce(0, +) }.max() ?? 0
        let (spills, filled) = AsyncStream.makeStream(of: RecordSpill.self)
        let (free, emptied) = AsyncStream.makeStream(of: RecordSpill.self)
        for _ in 0..<min(groups.count, 2) { emptied.yield(RecordSpill(expecting: largest)) }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask(executorPreference: thread.loop) {
                defer { filled.finish() }
                try await scan.withReader(on: thread.loop) { reader in
                    var spare = free.makeAsyncIterator()
                    for group in groups {
                        guard let spill = await spare.next() else { throw CancellationError() }
                        try await read(group, reader, into: spill) { count in
                            let read = shared.read.add(count, ordering: .relaxed).newValue
                            // The fold reports the progress while it has something to fold.
                            guard !shared.isFolding.load(ordering: .relaxed) else { return }
                            let folded = shared.folded.load(ordering: .relaxed)
                            try await withTaskExecutorPreference(scan.loop) {
                                try await report(Progress(read: read, folded: folded, total: total))
                            }
                        }
                        filled.yield(spill)
                    }
                }
            }
            var result = Result()
            for await spill in spills {
                shared.isFolding.store(true, ordering: .relaxed)
                try await fold(spill, into: &result) { changes, count in
                    try await body(changes)
                    let folded = shared.folded.add(count, ordering: .relaxed).newValue
                    try await report(Progress(read: shared.read.load(ordering: .relaxed), folded: folded, total: total))
                }
                shared.isFolding.store(false, ordering: .relaxed)
                spill.removeAll()
                emptied.yield(spill)
            }
            try await tasks.waitForAll()
            return result
        }
    }

    /// The groups of partitions that are read together: small partitions share a group.
    private var groups: [LogEnds] {
        let least = ends.values.reduce(0, +) / Self.leastShare
        var groups: [LogEnds] = []
        var group = LogEnds()
        for (partition, end) in ends.sorted(by: { $0.key < $1.key }) where end > 0 {
            group[partition] = end
            guard group.values.reduce(0, +) >= least else { continue }
            groups.append(group)
            group = [:]
        }
        if !group.isEmpty { groups.append(group) }
        return groups
    }

    private func read(
        _ group: LogEnds, _ reader: LogScan.Reader, into spill: RecordSpill, _ report: (Int64) async throws -> Void
    ) async throws {
        try await reader.read(to: group) { records in
            for record in records { try spill.add(record) }
            try await report(Int64(records.count))
        }
    }

    /// Calls `body` with the rows that the records of each bucket produce from an empty state, and with the number of
    /// the records.
    package func fold(
        _ spill: RecordSpill, into result: inout Result, _ body: (ReadModelChanges, Int64) async throws -> Void
    ) async throws {
        var state = LoadedState()
        state.discarded = discarded
        try await spill.forEach { records in
            try Task.checkCancellation()
            var batch = Batch(records, of: counts)
            batch.fold(state)
            result.quarantined += batch.changes.quarantined
            guard result.quarantined.count <= Self.quarantineLimit else {
                throw ReplayFault.refused(
                    "more than \(Self.quarantineLimit) records cannot be folded: the fault is probably in this program")
            }
            result.records += Int64(records.count)
            try await body(batch.changes, Int64(records.count))
        }
    }
}
