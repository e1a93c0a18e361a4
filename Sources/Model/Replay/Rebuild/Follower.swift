import Base
package import EventLog
package import EventLoop
package import Kafka
package import Postgres
import ReadModel

/// Folds the log into a generation that is not live, as the projector does for the live one.
package final class Follower: @unchecked Sendable {
    // `@unchecked`: on one loop only.
    private static let batchSize = 2000
    /// The failures of the database in a row after which the follower gives up: more than a restart takes.
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
    /// The number of records folded since the start.
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

    /// The offsets up to which the partitions are folded.
    package var checkpoints: LogEnds { owned.mapValues(\.nextOffset) }

    /// Follows `partitions` until it is cancelled. An error also ends every `reach`.
    package func run(_ partitions: [TopicPartition]) async throws {
        do {
            try await withConsumer(kafka, reportsEnds: true, loop: loop) { consumer in
                while true { try await follow(partitions, consumer) }
            }
        } catch {
            failure = error
            for waiter in waiters.values { waiter.continuation.resume(throwing: error) }
            waiters = [:]
            throw error
        }
    }

    /// Returns after a passing fault of the database: the checkpoints tell from which offsets to go on.
    private func follow(_ partitions: [TopicPartition], _ consumer: KafkaConsumer) async throws {
        do {
            let (model, owned) = try await ReadModel.takeOver(partitions, of: generation, as: holder, pool)
            self.owned = owned
            wakeWaiters()
            try consumer.assign(checkpoints)
            while true {
                var (records, ends) = ([KafkaRecord](), LogEnds())
                switch try await consumer.next(maximum: Self.batchSize) {
                case .records(let next): records = next
                case .reachedEnd(let reached): ends = reached
                case .assigned, .revoked: continue
                }
                var owned = self.owned
                try await model.project(records, endingAt: ends, &owned) { batch in
                    self.folded += Int64(batch.records.count)
                }
                self.owned = owned
                failures = 0
                backoff.reset()
                wakeWaiters()
            }
        } catch let error as PostgresError where error.cause != .program {
            failures += 1
            guard failures < Self.maximumFailures else { throw error }
            try await loop.sleep(for: backoff.next())
        }
    }

    /// Returns when everything before `ends` is folded; throws when `run` has failed or the task is cancelled. Must be
    /// called on the loop.
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
