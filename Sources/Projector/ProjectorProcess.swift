import EventLog
import Kafka
import Postgres
import ProductCache
import ReadModel
import Redis
import Service
import Tables

/// The projector process, from start to end.
struct ProjectorProcess: Sendable {
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
            group.addTask(executorPreference: context.loop) { await context.stop.wait() }
            // The projection ends only by a fault; otherwise `stop` ends it.
            defer { group.cancelAll() }
            try await group.next()
        }
        await projection.release()
    }
}
