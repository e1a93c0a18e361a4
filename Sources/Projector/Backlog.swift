import Kafka

/// A queue of records that wait for their transaction, in which `add` suspends while it is full. It must stay on one
/// loop.
///
/// Records that arrive together are folded together: while a transaction is in flight, further records wait for its
/// end, so that transactions are few, unless so many records wait that a second transaction is worthwhile. A partition
/// is in one transaction at a time.
final class Backlog: @unchecked Sendable {
    private let capacity: Int
    private let worthwhile: Int
    private var waiting: [TopicPartition: ArraySlice<KafkaRecord>] = [:]
    private var inFlight: Set<TopicPartition> = []
    private var count = 0
    private var isClosed = false
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

    /// The next records, at most `maximum`, those of each partition in their order; nil after the last ones. No other
    /// caller gets records of these partitions until `finish` is called.
    func take(maximum: Int) async -> [KafkaRecord]? {
        while true {
            let free = waiting.filter { !inFlight.contains($0.key) }.map { (partition: $0.key, count: $0.value.count) }
            if free.reduce(0, { $0 + $1.count }) >= (inFlight.isEmpty ? 1 : worthwhile) { return take(free, maximum) }
            if isClosed, count == 0 { return nil }
            await sleep()
        }
    }

    /// Takes the partitions with the most records first.
    private func take(_ free: [(partition: TopicPartition, count: Int)], _ maximum: Int) -> [KafkaRecord] {
        var taken: [KafkaRecord] = []
        for (partition, count) in free.sorted(by: { ($1.count, $0.partition) < ($0.count, $1.partition) }) {
            let next = min(count, maximum - taken.count)
            guard next > 0, var records = waiting.removeValue(forKey: partition) else { break }
            taken += records.prefix(next)
            records.removeFirst(next)
            if !records.isEmpty { waiting[partition] = records }
            inFlight.insert(partition)
        }
        count -= taken.count
        wake()
        return taken
    }

    func finish(_ records: [KafkaRecord]) {
        inFlight.subtract(records.map(\.topicPartition))
        wake()
    }

    /// Ends the queue. The records in it can still be taken, unless they are dropped.
    func close(dropping: Bool = false) {
        isClosed = true
        if dropping {
            waiting = [:]
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
