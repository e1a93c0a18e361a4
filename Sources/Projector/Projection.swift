import EventLog
import Events
import Kafka
import Postgres
import Service
import Telemetry

/// Folds the log into the read model: one transaction for each batch, checkpoint included, fenced against whoever
/// else believes to own the partition.
final class Projection: @unchecked Sendable {
    // `@unchecked`: confined to the task that runs it.
    private static let batchSize = 2000

    private let context: ServiceContext
    private let consumer: KafkaConsumer
    private let readModel: ReadModel
    private let keeper: CacheKeeper
    private let quarantineLimit: Int
    private let metrics: ProjectorMetrics
    private var owned: [TopicPartition: ReadModel.Ownership] = [:]
    private var quarantined = 0

    init(
        _ context: ServiceContext, consumer: KafkaConsumer, readModel: ReadModel, keeper: CacheKeeper,
        quarantineLimit: Int
    ) {
        self.context = context
        self.consumer = consumer
        self.readModel = readModel
        self.keeper = keeper
        self.quarantineLimit = quarantineLimit
        metrics = ProjectorMetrics(context.metrics)
    }

    /// Projects until cancelled; throws when somebody has to decide what to do.
    func run() async throws {
        try consumer.subscribe(to: Topic.allCases.map(\.name))
        while !Task.isCancelled {
            switch try await consumer.next(maximum: Self.batchSize) {
            case .assigned(let partitions):
                try await takeOver(partitions)
            case .revoked(let partitions, let lost):
                context.log.info("partitions revoked", ["partitions": partitions.map(\.description), "lost": lost])
                context.health.unwell("partitions", "not assigned")
                owned = [:]
                try consumer.unassign()
            case .records(let records):
                try await project(records)
            }
        }
    }

    /// Becomes the newest owner of `partitions` and reads on from their checkpoints.
    private func takeOver(_ partitions: [TopicPartition]) async throws {
        owned = try await persistently("take partitions over") { () async throws(PostgresError) in
            try await self.readModel.takeOver(partitions)
        }
        try consumer.assign(owned.mapValues(\.nextOffset))
        keeper.owns(owned.filter { $0.key.topic == Topic.products.name }.mapValues(\.nextOffset))
        context.health.well("partitions")
        context.log.info("partitions assigned", ["partitions": partitions.sorted().map(\.description)])
    }

    /// One batch: load, fold, commit. After a commit whose end is unknown the checkpoint tells what happened.
    private func project(_ records: [KafkaRecord]) async throws {
        let fresh = records.filter { $0.offset >= owned[$0.topicPartition]?.nextOffset ?? .max }
        guard !fresh.isEmpty else { return }
        do {
            try await commit(fresh, poison: nil)
        } catch let error as PostgresError {
            try await recover(from: error, fresh)
        }
    }

    private func recover(from error: PostgresError, _ records: [KafkaRecord]) async throws {
        if error.sqlState == ReadModel.fenced {
            context.log.warning("another projector owns these partitions now")
            try consumer.assign([:])
            owned = [:]
        } else if error.isConnectionLost || error.isTransient {
            context.log.warning("the read model is away", ["error": "\(error)"])
            try await takeOver(Array(owned.keys))
        } else if records.count > 1 {
            // One of them is what Postgres does not take: fold them one by one to find it.
            for record in records { try await project([record]) }
        } else {
            try await quarantineAlone(records, error)
        }
    }

    private func quarantineAlone(_ records: [KafkaRecord], _ error: PostgresError) async throws {
        do {
            try await commit(records, poison: "refused by the database: \(error)")
        } catch let error as PostgresError where error.isConnectionLost || error.isTransient {
            try await takeOver(Array(owned.keys))
        }
    }

    /// `poison`: why the records, whatever they are, are to be quarantined.
    private func commit(_ records: [KafkaRecord], poison: String?) async throws {
        var batch = Batch(records, poison: poison)
        let known = try await readModel.load(batch.wanted)
        batch.fold(known)
        try await readModel.commit(batch.changes, owned)
        for (partition, next) in batch.changes.checkpoints { owned[partition]?.nextOffset = next }
        keeper.committed(
            batch.changes.products.map { .init(id: $0.product.id, offset: $0.position.offset) },
            batch.changes.checkpoints.filter { $0.key.topic == Topic.products.name })
        try report(batch)
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

    /// Tries until it works or fails for a reason that does not pass.
    private func persistently<Value: Sendable>(
        _ what: String, _ body: () async throws(PostgresError) -> Value
    ) async throws -> Value {
        var delay = Duration.milliseconds(100)
        while true {
            do throws(PostgresError) {
                let value = try await body()
                context.health.well("postgres")
                return value
            } catch {
                guard error.isConnectionLost || error.isTransient else { throw error }
                context.health.unwell("postgres", "\(error)")
                context.log.warning("the read model is away", ["while": what, "error": "\(error)"])
            }
            try await context.loop.sleep(for: delay * Double.random(in: 0.5...1.5))
            delay = min(delay * 2, .seconds(5))
        }
    }
}

/// So many records cannot be folded that the fault is likely to be here.
struct TooMuchQuarantined: Error, CustomStringConvertible {
    let limit: Int
    var description: String {
        "more than \(limit) records went into quarantine: the line is stopped; look at the newest ones before "
            + "starting again, and raise QUARANTINE_LIMIT when they are as bad as they look"
    }
}
