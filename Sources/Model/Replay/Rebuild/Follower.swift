import Base
import EventLog
import EventLoop
import Kafka
import Postgres
import ReadModel

/// Keeps a generation that is not live up with the log, as a projector does with the live one.
package final class Follower: @unchecked Sendable {
    // `@unchecked`: on one loop only.
    private static let batchSize = 2000
    /// Of the database, one after another: more than a restart of it takes.
    private static let maximumFailures = 120

    private let kafka: KafkaConfiguration
    private let loop: EventLoop
    private let pool: PostgresPool
    private let generation: Int
    private let holder: String
    private var owned: [TopicPartition: ReadModel.Ownership] = [:]
    private var waiters: [Int: (ends: LogEnds, continuation: CheckedContinuation<Void, any Error>)] = [:]
    private var lastWaiter = 0
    private var failure: (any Error)?
    private var failures = 0
    private var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(1))
    /// Records folded since the start.
    package private(set) var folded: Int64 = 0

    package init(
        _ kafka: KafkaConfiguration, loop: EventLoop, pool: PostgresPool, generation: Int, holder: String
    ) {
        self.kafka = kafka
        self.loop = loop
        self.pool = pool
        self.generation = generation
        self.holder = holder
    }

    /// Up to where each partition is folded.
    package var checkpoints: LogEnds { owned.mapValues(\.nextOffset) }

    /// Follows `partitions` until cancelled. Whoever waits is told how it ended.
    package func run(_ partitions: [TopicPartition]) async throws {
        do {
            let consumer = try KafkaConsumer(kafka, group: nil, loop: loop)
            do {
                while true { try await follow(partitions, consumer) }
            } catch {
                await consumer.close()
                throw error
            }
        } catch {
            failure = error
            for waiter in waiters.values { waiter.continuation.resume(throwing: error) }
            waiters = [:]
            throw error
        }
    }

    /// Returns after a fault of the database that passes: the checkpoints tell from where to go on.
    private func follow(_ partitions: [TopicPartition], _ consumer: KafkaConsumer) async throws {
        do {
            let (model, owned) = try await ReadModel.takeOver(partitions, of: generation, as: holder, pool)
            self.owned = owned
            wakeWaiters()
            try consumer.assign(checkpoints)
            while true {
                guard case .records(let records) = try await consumer.next(maximum: Self.batchSize) else { continue }
                var owned = self.owned
                try await model.project(records, &owned) { batch in
                    self.folded += Int64(batch.records.count)
                }
                self.owned = owned
                failures = 0
                backoff.reset()
                wakeWaiters()
            }
        } catch let error as PostgresError where error.isConnectionLost || error.isTransient {
            failures += 1
            guard failures < Self.maximumFailures else { throw error }
            try await loop.sleep(for: backoff.next())
        }
    }

    /// Returns when everything before `ends` is folded; throws when the following has ended, or the task. On the loop.
    package func reach(_ ends: LogEnds) async throws {
        if let failure { throw failure }
        if has(ends) { return }
        lastWaiter += 1
        let number = lastWaiter
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiters[number] = (ends, $0) }
        } onCancel: {
            loop.onLoop { self.waiters.removeValue(forKey: number)?.continuation.resume(throwing: CancellationError()) }
        }
    }

    private func has(_ ends: LogEnds) -> Bool {
        !owned.isEmpty && ends.allSatisfy { owned[$0.key]?.nextOffset ?? 0 >= $0.value }
    }

    private func wakeWaiters() {
        for (number, waiter) in waiters where has(waiter.ends) {
            waiters[number] = nil
            waiter.continuation.resume()
        }
    }
}
