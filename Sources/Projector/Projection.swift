import Base
import EventLog
import EventLoop
import Events
import Kafka
import Postgres
import ProductCache
import ReadModel
import Service
import Telemetry

/// Folds the log into the read model. Each batch is one transaction that includes the checkpoint, and is fenced against
/// any other process that believes to own the partition.
///
/// Partitions are independent of one another. While many records wait, a few batches of different partitions are in
/// flight at once: one waits for Postgres while others work.
final class Projection: @unchecked Sendable {
    // `@unchecked`: it stays on the loop, and one task at a time does what has an order.
    static let lanes = 4
    private static let batchSize = 2000
    /// The number of records that are worth a batch of their own while another is in flight.
    private static let worthwhile = 500
    /// The longest delay between two attempts. The projector is back within a second after Postgres is; an attempt that
    /// fails costs Postgres next to nothing.
    private static let longestDelay = Duration.milliseconds(700)
    /// The deadline for the release of partitions, whose result is only informative.
    private static let releaseDeadline = Duration.seconds(1)

    private let context: ServiceContext
    private let consumer: KafkaConsumer
    private let pool: PostgresPool
    /// The owner's name in the checkpoints, for people and for other projectors.
    private let name: String
    private let keeper: CacheKeeper
    private let quarantineLimit: Int
    private let metrics: ProjectorMetrics
    private var readModel: ReadModel?
    private var owned: [TopicPartition: ReadModel.Ownership] = [:]
    private var quarantined = 0
    /// The backlog of the present session.
    private var backlog: Backlog?

    init(
        _ context: ServiceContext, consumer: KafkaConsumer, pool: PostgresPool, name: String, keeper: CacheKeeper,
        quarantineLimit: Int
    ) {
        self.context = context
        self.consumer = consumer
        self.pool = pool
        self.name = name
        self.keeper = keeper
        self.quarantineLimit = quarantineLimit
        metrics = ProjectorMetrics(context.metrics)
    }

    /// Projects until it is cancelled; throws when a person has to decide what to do.
    func run() async throws {
        try consumer.subscribe(to: Topic.allCases.map(\.name))
        while !Task.isCancelled {
            do {
                switch try await session() {
                case .assigned(let partitions):
                    try await takeOver(partitions)
                case .revoked(let partitions, let lost):
                    context.log.info("partitions revoked", ["partitions": partitions.map(\.description), "lost": lost])
                    context.health.unwell("partitions", "not assigned")
                    owned = [:]
                    try consumer.unassign()
                case .records, .reachedEnd:
                    break
                }
            } catch is Fenced {
                try await takeOver(Array(owned.keys))
            } catch let error as PostgresError where error.isFenced {
                try await fenced()
            } catch let error as PostgresError where error.isGone {
                let generation = readModel?.generation
                try await takeOver(Array(owned.keys))
                // When the generation is still the live one, its tables are missing for good.
                if readModel?.generation == generation { throw error }
            } catch let error as PostgresError where error.cause != .program {
                // When it is unknown whether a commit took place, the checkpoint tells.
                note(error, while: "project")
                try await takeOver(Array(owned.keys))
            }
        }
    }

    /// Projects records until the partitions change, and returns that change when all earlier records are committed.
    /// Throws the first failure of a batch; then only the checkpoints tell how far the other batches are.
    private func session() async throws -> ConsumerEvent {
        let backlog = Backlog(capacity: Self.lanes * Self.batchSize, worthwhile: Self.worthwhile)
        self.backlog = backlog
        defer { self.backlog = nil }
        return try await withThrowingTaskGroup(of: ConsumerEvent?.self) { group in
            for _ in 0..<Self.lanes {
                group.addTask(executorPreference: context.loop) {
                    while let work = try await backlog.take(maximum: Self.batchSize) {
                        try await self.project(work)
                        backlog.finish(work)
                    }
                    return nil
                }
            }
            group.addTask(executorPreference: context.loop) {
                defer { backlog.close() }
                return try await self.read(into: backlog)
            }
            do {
                var change: ConsumerEvent?
                for try await end in group { change = end ?? change }
                guard let change else { throw CancellationError() }
                return change
            } catch {
                backlog.close(dropping: true)
                throw error
            }
        }
    }

    /// Reads records into the backlog, and returns the event that ends the session.
    private func read(into backlog: Backlog) async throws -> ConsumerEvent {
        while true {
            switch try await consumer.next(maximum: Self.batchSize) {
            case .records(let records): await backlog.add(records)
            case .reachedEnd(let ends): await backlog.add(ends: ends)
            case .assigned(let partitions): return .assigned(partitions)
            case .revoked(let partitions, let lost): return .revoked(partitions, lost: lost)
            }
        }
    }

    /// Projects one batch: loads, folds and commits.
    private func project(_ work: Backlog.Work) async throws {
        guard let readModel else { return }
        var owned = owned.filter { work.partitions.contains($0.key) }
        try await readModel.project(work.records, endingAt: work.ends, &owned) { batch in
            for (partition, next) in batch.changes.checkpoints { self.owned[partition]?.nextOffset = next }
            self.keeper.committed(
                batch.changes.products.map { .init(id: $0.product.id, offset: $0.position.offset) },
                batch.changes.checkpoints.filter { $0.key.topic == Topic.products.name })
            try self.report(batch)
        }
    }

    /// Makes this process the newest owner of `partitions` and reads on from their checkpoints.
    private func takeOver(_ partitions: [TopicPartition]) async throws {
        (readModel, owned) = try await persistently("take partitions over") {
            try await ReadModel.takeOver(partitions, as: self.name, self.pool)
        }
        try consumer.assign(owned.mapValues(\.nextOffset))
        keeper.owns(owned.filter { $0.key.topic == Topic.products.name }.mapValues(\.nextOffset))
        context.health.well("partitions")
        context.log.info(
            "partitions assigned",
            ["partitions": partitions.sorted().map(\.description), "generation": readModel?.generation ?? 0])
    }

    /// Records that nobody folds our partitions any more. It must be called after `run` has ended.
    func release() async {
        guard let readModel, !owned.isEmpty else { return }
        do {
            try await readModel.release(owned, deadline: Self.releaseDeadline)
        } catch {
            context.log.info("the partitions could not be released", ["error": "\(error)"])
        }
    }

    /// Ends the session, so that the partitions are taken over again: `partition`, or all when it is nil, was fenced by
    /// a switch or an operator. Must be called on the loop.
    func fenced(_ partition: TopicPartition?) {
        guard partition.map({ owned[$0] != nil }) ?? !owned.isEmpty else { return }
        backlog?.fail(Fenced())
    }

    private struct Fenced: Error {}

    /// Handles the loss of the fence. Either another projector has the partitions and goes on with them; or an operator
    /// had them for a moment, or another generation is live: then this process takes them over again.
    private func fenced() async throws {
        let partitions = Array(owned.keys)
        let areFree = try await persistently("ask for the owners") {
            try await ReadModel.areFree(partitions, for: self.name, self.pool)
        }
        if areFree { return try await takeOver(partitions) }
        context.log.warning("another projector owns these partitions now")
        try consumer.assign([:])
        owned = [:]
    }

    private func report(_ batch: Batch) throws {
        metrics.record(batch, now: WallClock.now())
        for poison in batch.changes.quarantined {
            context.log.error(
                "record quarantined",
                [
                    "topic": poison.record.topicPartition.topic, "partition": poison.record.topicPartition.partition,
                    "offset": poison.record.offset, "reason": poison.reason,
                ])
        }
        quarantined += batch.changes.quarantined.count
        if quarantined > quarantineLimit { throw TooMuchQuarantined(limit: quarantineLimit) }
    }

    /// Repeats `body` until it succeeds, or fails for a reason that does not pass.
    private func persistently<Value: Sendable>(
        _ what: String, _ body: () async throws -> Value
    ) async throws -> Value {
        var backoff = Backoff(initial: .milliseconds(50), maximum: Self.longestDelay)
        while true {
            do {
                let value = try await body()
                context.health.well("postgres")
                return value
            } catch let error as PostgresError where error.cause != .program {
                note(error, while: what)
            }
            try await context.loop.sleep(for: backoff.next())
        }
    }

    /// Says that the read model is unavailable: loudly, when a person has to mend that.
    private func note(_ error: PostgresError, while what: String) {
        context.health.unwell("postgres", "\(error)")
        if error.cause == .server {
            context.log.error("the read model needs an operator", ["while": what, "error": "\(error)"])
        } else {
            context.log.warning("the read model is unavailable", ["while": what, "error": "\(error)"])
        }
    }
}

/// So many records cannot be folded that the fault is probably in this program.
struct TooMuchQuarantined: Error, CustomStringConvertible {
    let limit: Int
    var description: String {
        "more than \(limit) records went into quarantine, so the projector has stopped: look at the newest ones "
            + "before you start it again, and raise QUARANTINE_LIMIT if they really cannot be folded"
    }
}
