import EventLog
import Kafka
import Postgres
import ProductCache
import ReadModel
import Redis
import Service
import Tables
import Telemetry

/// The projector process, from start to end.
struct ProjectorProcess: Sendable {
    /// The age of a record that is not folded at which the process is not ready.
    private static let longestWait = Duration.seconds(5)

    private let context: ServiceContext
    private let settings: ProjectorSettings

    init(_ context: ServiceContext) throws {
        self.context = context
        settings = try ProjectorSettings(context.environment, log: context.log)
    }

    func run() async throws {
        try await HealthRoutes.serve(context, bindAddress: settings.bindAddress, port: settings.port) {
            try await project()
        }
    }

    private func project() async throws {
        context.health.unwell("partitions", "not assigned yet")
        let partitions = await context.untilReady("log", "the log is not ready") {
            try await LogTopics.check(settings.postgres, settings.kafka, loop: context.loop).partitions
        }
        guard partitions != nil else { return }
        try await withPool(
            settings.postgres, loop: context.loop, size: Session.lanes, maximumWaiting: 64
        ) { pool in
            try await withRedis(settings.redis, loop: context.loop) { redis in
                try await withConsumer(
                    settings.kafka, group: "warelog-projector", instanceID: settings.instanceID, reportsEnds: true,
                    loop: context.loop
                ) { consumer in
                    try await project(consumer, pool, redis)
                }
            }
        }
    }

    private func project(_ consumer: KafkaConsumer, _ pool: PostgresPool, _ redis: RedisClient) async throws {
        let keeper = CacheKeeper(context, ProductCache(redis), redis, pool)
        let projection = Projection(
            context, consumer: consumer, pool: pool, name: Holder.name(of: "projector"), keeper: keeper,
            quarantineLimit: settings.quarantineLimit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) { await keeper.run() }
            group.addTask(executorPreference: context.loop) { try await projection.run() }
            let fences = FenceWatch(context: context, postgres: settings.postgres, projection: projection)
            group.addTask(executorPreference: context.loop) { try await fences.run() }
            group.addTask(executorPreference: context.loop) { try await watchAge() }
            group.addTask(executorPreference: context.loop) { await context.stop.wait() }
            // The projection ends only by a fault; otherwise `stop` ends it.
            defer { group.cancelAll() }
            try await group.next()
        }
        await projection.release()
    }

    /// The process is not ready while a record waits for too long, whichever projector ought to fold it.
    private func watchAge() async throws {
        let age = FoldAge(settings.postgres, settings.kafka, loop: context.loop, now: WallClock.now)
        try await age.run { reading in
            if let failure = reading.failure {
                context.health.unwell("fold", "the age of the oldest record cannot be measured: \(failure)")
            } else if let oldest = reading.oldest, oldest.age >= Self.longestWait {
                context.health.unwell(
                    "fold", "a record of \(oldest.partition) has waited for \(oldest.age.components.seconds) s")
            } else {
                context.health.well("fold")
            }
        }
    }
}
