import EventLog
import EventLoop
import Events
import HTTPServer
import Kafka
import Postgres
import ProductCache
import Redis
import Service
import Tables
import Telemetry

/// The gateway from start to end: the parts that its event loops share, and one HTTP server on each loop.
struct GatewayProcess: Sendable {
    private let context: ServiceContext
    private let settings: GatewaySettings

    init(_ context: ServiceContext) throws {
        self.context = context
        settings = try GatewaySettings(context.environment, log: context.log)
    }

    func run() async throws {
        let checked = await context.untilReady("log", "the log is not ready") {
            try await LogTopics.check(settings.postgres, settings.kafka, loop: context.loop)
        }
        guard let checked else { return }
        try await withProducer(
            settings.kafka, loop: context.loop, onFatalError: { context.fail($0) }
        ) { producer in
            try await serve(checked.partitions, settings.signingKey.of(checked.epoch), producer)
        }
    }

    private func serve(_ partitions: PartitionCounts, _ key: SigningKey, _ producer: KafkaProducer) async throws {
        let changes = ChangeFeed(context, partitions: partitions.products, maximum: settings.maximumEventStreams)
        let cacheTrust = CacheTrust()
        let shared = SharedParts(
            partitions: partitions, key: key,
            writer: EventWriter(producer, source: "/warelog/gateway", partitions: partitions),
            log: LogReader(settings.kafka, loop: context.loop), changes: changes,
            cacheTrust: cacheTrust, folds: FoldWatch(context, settings.postgres, changes, cacheTrust),
            productIDs: IDLease(context, sequence: "warelog.product_id_blocks", partitions: partitions[.products]),
            // `warelog seed` registers user 1, so the gateways skip the first block.
            userIDs: IDLease(
                context, sequence: "warelog.user_id_blocks", firstID: 1001, partitions: partitions[.users]),
            users: UserDirectory(), uploadSlots: UploadSlots(settings.uploadConcurrency),
            description: DescriptionHandlers(), metrics: RequestMetrics(context.metrics),
            connections: settings.limits.makeConnectionBudget(context.log),
            admission: WriteAdmission(
                maximumWrites: settings.limits.writes, maximumBytes: settings.limits.writeBytes, context.metrics))
        let threads = try (1..<settings.loops).map { _ in try EventLoopThread() }
        defer { for thread in threads { thread.shutdown() } }

        try await withThrowingTaskGroup(of: Void.self) { background in
            background.addTask(executorPreference: context.loop) { try await shared.folds.run() }
            background.addTask(executorPreference: context.loop) { try await shared.log.run() }
            background.addTask(executorPreference: context.loop) {
                let gauges = FoldAgeGauges(partitions, context.metrics)
                let age = FoldAge(settings.postgres, settings.kafka, loop: context.loop, now: WallClock.now)
                try await age.run { gauges.set($0.ages) }
            }
            background.addTask(executorPreference: context.loop) {
                try await withRedis(settings.redis, loop: context.loop) { redis in
                    try await shared.cacheTrust.run(ProductCache(redis), context.loop)
                }
            }
            background.addTask(executorPreference: context.loop) {
                try await withOneConnection { try await shared.changes.run($0) }
            }
            background.addTask(executorPreference: context.loop) {
                try await withOneConnection { try await shared.productIDs.run($0) }
            }
            background.addTask(executorPreference: context.loop) {
                try await withOneConnection { try await shared.userIDs.run($0) }
            }
            try await serve(on: [context.loop] + threads.map(\.loop), shared)
            shared.log.stop()
            background.cancelAll()
            // The tasks were cancelled on purpose, so their errors do not matter.
            while let _ = try? await background.next() {}
        }
    }

    private func withOneConnection(_ body: (PostgresPool) async throws -> Void) async throws {
        try await withPool(settings.postgres, loop: context.loop, size: 1, maximumWaiting: 64, body)
    }

    private func serve(on loops: [EventLoop], _ shared: SharedParts) async throws {
        let (listening, listens) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for loop in loops {
                let gatewayLoop = GatewayLoop(context: context, settings: settings, loop: loop, shared: shared)
                group.addTask(executorPreference: loop) {
                    defer { listens.finish() }  // a loop that fails never listens
                    try await gatewayLoop.run { listens.yield() }
                }
            }
            var waiting = loops.count
            for await _ in listening {
                waiting -= 1
                if waiting == 0 { break }
            }
            if waiting == 0 {
                let address = settings.bindAddress.description
                context.log.info("serving", ["address": address, "port": settings.port, "loops": loops.count])
            }
            try await group.waitForAll()
        }
    }
}

/// The parts that all event loops of a gateway share.
struct SharedParts: Sendable {
    let partitions: PartitionCounts
    /// Signs for the log that this gateway writes to.
    let key: SigningKey
    let writer: EventWriter
    let log: LogReader
    let changes: ChangeFeed
    let cacheTrust: CacheTrust
    let folds: FoldWatch
    let productIDs: IDLease<Product>
    let userIDs: IDLease<User>
    let users: UserDirectory
    let uploadSlots: UploadSlots
    let description: DescriptionHandlers
    let metrics: RequestMetrics
    let connections: ConnectionBudget
    let admission: WriteAdmission
}
