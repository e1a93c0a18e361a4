import EventLoop
import Kafka

/// A member of a group that reads continuously, keeps the records, and continues from the group's committed offsets. It
/// must stay on one loop.
final class Member: @unchecked Sendable {
    private let consumer: KafkaConsumer
    private(set) var partitions: Set<Int32> = []
    private(set) var values: [[UInt8]] = []
    private(set) var events: [ConsumerEvent] = []
    private var positions: [TopicPartition: Int64] = [:]
    private let changed: AsyncStream<Void>.Continuation
    /// Yields when something has changed.
    let changes: AsyncStream<Void>

    init(_ consumer: KafkaConsumer) {
        self.consumer = consumer
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until it is cancelled.
    func run() async throws {
        defer { changed.finish() }
        while true {
            let event: ConsumerEvent
            do {
                event = try await consumer.next(maximum: 10)
            } catch {
                if error.isCancellation { return }
                throw error
            }
            try await take(event)
            changed.yield()
        }
    }

    /// Returns when `condition` holds for this member, or when the member has ended.
    func reached(_ condition: (Member) -> Bool) async {
        if condition(self) { return }
        for await _ in changes where condition(self) { return }
    }

    private func take(_ event: ConsumerEvent) async throws {
        switch event {
        case .assigned(let given):
            events.append(event)
            positions = try await consumer.committed(given).mapValues { $0 ?? 0 }
            try consumer.assign(positions)
            partitions = Set(given.map(\.partition))
        case .revoked(_, let lost):
            events.append(event)
            if !lost { try await commit() }
            try consumer.unassign()
            partitions = []
        case .reachedEnd: break
        case .records(let records):
            for record in records {
                values.append(record.value ?? [])
                positions[record.topicPartition] = record.offset + 1
            }
        }
    }

    /// The embedded broker accepts no offsets during a rebalance; the next owner then reads some records again.
    private func commit() async throws {
        do {
            try await consumer.commit(positions)
        } catch {
            guard error.isRetriable, Broker.isEmbedded else { throw error }
        }
    }
}
