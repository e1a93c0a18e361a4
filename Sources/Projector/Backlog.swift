import Kafka

/// Records that wait for their transaction. Who brings more than it holds waits. On one loop only.
///
/// What comes together is folded together: while a transaction is under way, the next ones wait for its end, so that there
/// are few of them, unless so many wait that it pays to work on them side by side. Of a partition there is one at a time.
final class Backlog: @unchecked Sendable {
    private let capacity: Int
    private let worthwhile: Int
    private var waiting: [TopicPartition: ArraySlice<KafkaRecord>] = [:]
    private var underWay: Set<TopicPartition> = []
    private var count = 0
    private var isClosed = false
    private var sleepers: [CheckedContinuation<Void, Never>] = []

    /// `capacity`: of records; what is brought at once is taken whole. `worthwhile`: how many records are worth a
    /// transaction beside another.
    init(capacity: Int, worthwhile: Int) {
        self.capacity = capacity
        self.worthwhile = worthwhile
    }

    /// Returns when there is room for it; what comes after `close` is dropped.
    func bring(_ records: [KafkaRecord]) async {
        while count >= capacity, !isClosed { await sleep() }
        guard !isClosed else { return }
        for record in records { waiting[record.topicPartition, default: []].append(record) }
        count += records.count
        wake()
    }

    /// The next ones, `maximum` at most, each partition's in their order; nil after the last. `finish` gives their
    /// partitions back.
    func take(maximum: Int) async -> [KafkaRecord]? {
        while true {
            let free = waiting.filter { !underWay.contains($0.key) }.map { (partition: $0.key, count: $0.value.count) }
            if free.reduce(0, { $0 + $1.count }) >= (underWay.isEmpty ? 1 : worthwhile) { return take(free, maximum) }
            if isClosed, count == 0 { return nil }
            await sleep()
        }
    }

    /// The longest first.
    private func take(_ free: [(partition: TopicPartition, count: Int)], _ maximum: Int) -> [KafkaRecord] {
        var taken: [KafkaRecord] = []
        for (partition, count) in free.sorted(by: { ($1.count, $0.partition) < ($0.count, $1.partition) }) {
            let next = min(count, maximum - taken.count)
            guard next > 0, var records = waiting.removeValue(forKey: partition) else { break }
            taken += records.prefix(next)
            records.removeFirst(next)
            if !records.isEmpty { waiting[partition] = records }
            underWay.insert(partition)
        }
        count -= taken.count
        wake()
        return taken
    }

    func finish(_ records: [KafkaRecord]) {
        underWay.subtract(records.map(\.topicPartition))
        wake()
    }

    /// Nothing comes any more. What is there can be taken, unless it is to be dropped.
    func close(dropping: Bool = false) {
        isClosed = true
        if dropping {
            waiting = [:]
            count = 0
        }
        wake()
    }

    private func sleep() async { await withCheckedContinuation { sleepers.append($0) } }

    /// Each looks for itself whether there is something for it.
    private func wake() {
        for sleeper in sleepers { sleeper.resume() }
        sleepers = []
    }
}
