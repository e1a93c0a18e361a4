import EventLog
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
    /// The deadline for the release of partitions, whose result is only informative.
    private static let releaseDeadline = Duration.seconds(1)

    private let context: ServiceContext
    private let consumer: KafkaConsumer
    private let pool: PostgresPool
    /// The owner's name in the checkpoints, for people and for other projectors.
    private let name: String
    private let keeper: CacheKeeper
    private let access: ReadModelAccess
    private let metrics: ProjectorMetrics
    private var readModel: ReadModel?
    private var owned: [TopicPartition: ReadModel.Ownership] = [:]
    private var quarantineLimit: QuarantineLimit
    private var session: Session?

    init(
        _ context: ServiceContext, consumer: KafkaConsumer, pool: PostgresPool, name: String, keeper: CacheKeeper,
        quarantineLimit: Int
    ) {
        self.context = context
        self.consumer = consumer
        self.pool = pool
        self.name = name
        self.keeper = keeper
        self.quarantineLimit = QuarantineLimit(quarantineLimit, log: context.log)
        access = ReadModelAccess(context: context)
        metrics = ProjectorMetrics(context.metrics)
    }

    /// Projects until it is cancelled; throws when a person has to decide what to do.
    func run() async throws {
        try consumer.subscribe(to: Topic.allCases.map(\.name))
        while !Task.isCancelled {
            do {
                switch try await runSession() {
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
                access.note(error, while: "project")
                try await takeOver(Array(owned.keys))
            }
        }
    }

    /// Projects records until the partitions change, and returns that change.
    private func runSession() async throws -> ConsumerEvent {
        let session = Session(consumer, on: context.loop) { try await self.project($0) }
        self.session = session
        defer { self.session = nil }
        return try await session.run()
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
            self.metrics.record(batch)
            try self.quarantineLimit.add(batch.changes.quarantined)
        }
    }

    /// Makes this process the newest owner of `partitions` and reads on from their checkpoints.
    private func takeOver(_ partitions: [TopicPartition]) async throws {
        (readModel, owned) = try await access.persistently("take partitions over") {
            try await ReadModel.takeOver(partitions, as: self.name, self.pool)
        }
        try consumer.assign(owned.mapValues(\.nextOffset))
        keeper.owns(owned.filter { $0.key.topic == Topic.products.name }.mapValues(\.nextOffset))
        context.health.well("partitions")
        context.log.info(
            "partitions assigned",
            ["partitions": partitions.sorted().map(\.description), "generation": readModel?.generation ?? 0])
    }

    /// Records that the partitions have no owner any more. It must be called after `run` has ended.
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
        session?.fail(Fenced())
    }

    private struct Fenced: Error {}

    /// Handles the loss of the fence. Either another projector has the partitions and goes on with them; or an operator
    /// had them for a moment, or another generation is live: then this process takes them over again.
    private func fenced() async throws {
        let partitions = Array(owned.keys)
        let areFree = try await access.persistently("ask for the owners") {
            try await ReadModel.areFree(partitions, for: self.name, self.pool)
        }
        if areFree { return try await takeOver(partitions) }
        context.log.warning("another projector owns these partitions now")
        try consumer.assign([:])
        owned = [:]
    }
}
