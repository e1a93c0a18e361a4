import Kafka

/// A queue of records that wait for their transaction, in which `add` suspends while it is full. It must stay on one
/// loop.
///
/// Records that arrive together are folded together: while a transaction is in flight, further records wait for its
/// end, so that transactions are few, unless so many records wait that a second transaction is worthwhile. A partition
/// is in one transaction at a time.
final class Backlog: @unchecked Sendable {
    /// Records for one transaction, and the ends that their partitions have reached after them.
    struct Work {
        var records: [KafkaRecord] = []
        var ends: [TopicPartition: Int64] = [:]

        var partitions: Set<TopicPartition> { Set(records.map(\.topicPartition)).union(ends.keys) }
    }

    private let capacity: Int
    private let worthwhile: Int
    private var waiting: [TopicPartition: ArraySlice<KafkaRecord>] = [:]
    private var ends: [TopicPartition: Int64] = [:]
    private var inFlight: Set<TopicPartition> = []
    private var count = 0
    private var isClosed = false
    private var failure: (any Error)?
    private var sleepers: [CheckedContinuation<Void, Never>] = []

    /// `capacity` is the number of records above which `add` suspends; records that are added together stay together.
    /// `worthwhile` is the number of records that are worth a transaction beside another.
    init(capacity: Int, worthwhile: Int) {
        self.capacity = capacity
        self.worthwhile = worthwhile
    }

    /// Adds records, after it has waited for room. Records that are added after `close` are dropped.
    func add(_ records: [KafkaRecord]) async {
        while count >= capacity, !isClosed { await sleep() }
        guard !isClosed else { return }
        for record in records { waiting[record.topicPartition, default: []].append(record) }
        count += records.count
        wake()
    }

    /// Adds the ends that a consumer has reached after the records that were added before.
    func add(ends: [TopicPartition: Int64]) async {
        guard !isClosed else { return }
        self.ends.merge(ends) { max($0, $1) }
        wake()
    }

    /// The next work, with at most `maximum` records, those of each partition in their order; nil after the last. No
    /// other caller gets work on these partitions until `finish` is called.
    func take(maximum: Int) async throws -> Work? {
        while true {
            if let failure { throw failure }
            let free = waiting.filter { !inFlight.contains($0.key) }.map { (partition: $0.key, count: $0.value.count) }
            if free.reduce(0, { $0 + $1.count }) >= (inFlight.isEmpty ? 1 : worthwhile) { return take(free, maximum) }
            if inFlight.isEmpty, !ends.isEmpty {
                let work = Work(ends: ends)
                ends = [:]
                inFlight.formUnion(work.partitions)
                return work
            }
            if isClosed, count == 0 { return nil }
            await sleep()
        }
    }

    /// Takes the partitions with the most records first.
    private func take(_ free: [(partition: TopicPartition, count: Int)], _ maximum: Int) -> Work {
        var work = Work()
        for (partition, count) in free.sorted(by: { ($1.count, $0.partition) < ($0.count, $1.partition) }) {
            let next = min(count, maximum - work.records.count)
            guard next > 0, var records = waiting.removeValue(forKey: partition) else { break }
            work.records += records.prefix(next)
            records.removeFirst(next)
            if records.isEmpty {
                work.ends[partition] = ends.removeValue(forKey: partition)
            } else {
                waiting[partition] = records
            }
            inFlight.insert(partition)
        }
        count -= work.records.count
        wake()
        return work
    }

    func finish(_ work: Work) {
        inFlight.subtract(work.partitions)
        wake()
    }

    /// Ends the queue and makes `take` throw.
    func fail(_ error: any Error) {
        failure = error
        close(dropping: true)
    }

    /// Ends the queue. The work in it can still be taken, unless it is dropped.
    func close(dropping: Bool = false) {
        isClosed = true
        if dropping {
            waiting = [:]
            ends = [:]
            count = 0
        }
        wake()
    }

    private func sleep() async { await withCheckedContinuation { sleepers.append($0) } }

    /// Wakes every waiting task; each checks for itself whether it can go on.
    private func wake() {
        for sleeper in sleepers { sleeper.resume() }
        sleepers = []
    }
}
