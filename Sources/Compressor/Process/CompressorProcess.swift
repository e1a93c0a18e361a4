import EventLog
import HTTPClient
import Kafka
import ProductCache
import Redis
import S3
import Service
import Telemetry

/// The compressor's life from start to shutdown.
struct CompressorProcess: Sendable {
    private let context: ServiceContext
    private let settings: CompressorSettings

    init(_ context: ServiceContext) throws {
        self.context = context
        settings = try CompressorSettings(context.environment, log: context.log)
    }

    func run() async throws {
        try await HealthRoutes.serve(context, bindAddress: settings.bindAddress, port: settings.port) {
            try await compress()
        }
    }

    private func compress() async throws {
        context.health.unwell("partitions", "not assigned yet")
        try await withAdmin(settings.kafka, loop: context.loop) { admin in
            guard let (partitions, deadLetters) = await awaitLog(admin) else { return }
            try await withProducer(
                settings.kafka, loop: context.loop, onFatalError: { context.fail($0) }
            ) { producer in
                let source = "/warelog/compressor"
                let answers = AnswerWriter(
                    context: context, events: EventWriter(producer, source: source, partitions: partitions),
                    deadLetters: DeadLetterWriter(producer, source: source, partitions: deadLetters))
                try await withConsumer(
                    settings.kafka, group: "warelog-compressor", instanceID: settings.instanceID, loop: context.loop
                ) { consumer in
                    try await withRedis(settings.redis, loop: context.loop) { redis in
                        try await compress(admin, consumer, redis, answers)
                    }
                }
            }
        }
    }

    private func compress(
        _ admin: KafkaAdmin, _ consumer: KafkaConsumer, _ redis: RedisClient, _ answers: AnswerWriter
    ) async throws {
        var web = HTTPClientConfiguration()
        web.userAgent = settings.userAgent
        let client = try HTTPClient(loop: context.loop, configuration: web)
        defer { client.close() }
        let store = S3Client(configuration: settings.s3, client: client)
        let workers = WorkerPool(
            on: context.loop, executable: settings.workerExecutable, size: settings.workers,
            deadline: settings.workerDeadline, log: context.log)
        defer { workers.close() }
        let task = ImageTask(
            context, fetcher: SourceFetcher(client, store, settings),
            renditions: RenditionMaker(settings.recipe, workers, store, RenditionMemory(redis)),
            progress: ImageProgress(redis), answers: answers)
        let storeGate = gate("object store")
        let workersGate = gate("image workers")
        let worklist = Worklist(
            context, settings, task, [.objectStore: storeGate, .imageWorkers: workersGate])
        let intake = Intake(context, settings, consumer: consumer, admin: admin, worklist: worklist)

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) { await prepare(store) }
            group.addTask(executorPreference: context.loop) { try await storeGate.run { try await Self.check(store) } }
            group.addTask(executorPreference: context.loop) {
                try await workersGate.run { try await workers.check() }
            }
            group.addTask(executorPreference: context.loop) { await worklist.run() }
            group.addTask(executorPreference: context.loop) { try await intake.run() }
            group.addTask(executorPreference: context.loop) {
                await context.stop.wait()
                // Images in flight are given up: the log still asks for them.
                throw CancellationError()
            }
            defer { group.cancelAll() }
            do {
                while let _ = try await group.next() {}
            } catch is CancellationError where context.stop.isStopping {}
        }
    }

    private func gate(_ dependency: String) -> DependencyGate {
        DependencyGate(
            dependency, health: context.health, log: context.log, loop: context.loop,
            concurrency: settings.concurrency)
    }

    /// Creates the bucket, and makes only the compressed images in it public.
    private func prepare(_ store: S3Client) async {
        await context.untilReady("object store", "the object store is not ready") {
            try await store.ensureBucket()
            try await allowPublicRead(store)
        }
    }

    private func allowPublicRead(_ store: S3Client) async throws(S3Error) {
        do {
            try await store.allowPublicRead(prefix: RenditionMaker.keyPrefix)
        } catch let error where error.reason == .notSupported {
            context.log.info("the object store has no bucket policies: make S3_PUBLIC_BASE_URL serve images/ publicly")
        }
    }

    /// Throws while the store cannot accept an image. Creates a bucket that has disappeared.
    private static func check(_ store: S3Client) async throws(S3Error) {
        do {
            try await store.checkBucket()
        } catch let error where error.reason == .notFound {
            try await store.ensureBucket()
            // A store without bucket policies was reported at the start.
            do {
                try await store.allowPublicRead(prefix: RenditionMaker.keyPrefix)
            } catch let error where error.reason == .notSupported {}
        }
    }

    /// The compressor has no database, so it can check the topics' own settings only.
    private func awaitLog(_ admin: KafkaAdmin) async -> (PartitionCounts, deadLetters: Int32)? {
        let isEmbedded = settings.kafka.isEmbeddedBroker
        return await context.untilReady("log", "the log is not ready") {
            let counts = try LogGuard.check(
                try await LogGuard.inspect(admin, recorded: [:], isEmbeddedBroker: isEmbedded))
            let derived = try await DerivedTopic.inspect(admin, isEmbeddedBroker: isEmbedded)
            guard let deadLetters = derived.first(where: { $0.topic == .deadLetters })?.partitions else {
                throw LogFault(faults: derived.flatMap(\.faults))
            }
            return (counts, deadLetters)
        }
    }
}
