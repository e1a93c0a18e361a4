import Base
import EventLog
import HTTPClient
import Kafka
import ProductCache
import Redis
import S3
import Service

/// The compressor's life from start to shutdown.
struct CompressorProcess: Sendable {
    private let context: ServiceContext
    private let settings: CompressorSettings

    init(_ context: ServiceContext) throws {
        self.context = context
        settings = try CompressorSettings(context.environment, log: context.log)
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) {
                try await HealthRoutes.serve(context, bindAddress: settings.bindAddress, port: settings.port)
            }
            group.addTask(executorPreference: context.loop) { try await compress() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func compress() async throws {
        context.health.unwell("partitions", "not assigned yet")
        let admin = try KafkaAdmin(settings.kafka, loop: context.loop)
        guard let (partitions, deadLetters) = try await awaitLog(admin) else { return await admin.close() }
        let producer = try KafkaProducer(context.endingWithProducer(settings.kafka), loop: context.loop)
        let consumer = try KafkaConsumer(
            settings.kafka, group: "warelog-compressor", instanceID: settings.instanceID, loop: context.loop)
        var web = HTTPClientConfiguration()
        web.userAgent = settings.userAgent
        let client = try HTTPClient(loop: context.loop, configuration: web)
        let store = S3Client(configuration: settings.s3, client: client)
        let workers = WorkerPool(
            on: context.loop, executable: settings.workerExecutable, size: settings.workers,
            deadline: settings.workerDeadline, log: context.log)
        let redis = RedisClient(settings.redis, loop: context.loop)
        redis.start()
        let source = "/warelog/compressor"
        let task = ImageTask(
            context, fetcher: SourceFetcher(client, store, settings),
            renditions: RenditionMaker(settings.recipe, workers, store, RenditionMemory(redis)),
            progress: ImageProgress(redis),
            answers: AnswerWriter(
                context: context, events: EventWriter(producer, source: source, partitions: partitions),
                deadLetters: DeadLetterWriter(producer, source: source, partitions: deadLetters)))
        let storeGate = gate("object store")
        let workersGate = gate("image workers")
        let worklist = Worklist(
            context, settings, task, [.objectStore: storeGate, .imageWorkers: workersGate])
        let intake = Intake(context, settings, consumer: consumer, admin: admin, worklist: worklist)

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) { try await prepare(store) }
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
        await producer.flush(within: .seconds(5))
        workers.close()
        client.close()
        await redis.close()
        await consumer.close()
        await producer.close()
        await admin.close()
    }

    private func gate(_ dependency: String) -> DependencyGate {
        DependencyGate(
            dependency, health: context.health, log: context.log, loop: context.loop,
            concurrency: settings.concurrency)
    }

    /// Creates the bucket and allows everybody to read the compressed images in it and nothing else. Retries until that
    /// works.
    private func prepare(_ store: S3Client) async throws {
        var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(10))
        while true {
            do {
                try await store.ensureBucket()
                do {
                    try await store.allowPublicRead(prefix: RenditionMaker.keyPrefix)
                } catch let error where error.reason == .notSupported {
                    context.log.info("the object store has no bucket policies; S3_PUBLIC_BASE_URL has to serve them")
                }
                context.health.well("object store")
                return
            } catch {
                context.health.unwell("object store", "\(error)")
                context.log.warning("the object store is not ready", ["error": "\(error)"])
            }
            try await context.loop.sleep(for: backoff.next())
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

    /// The compressor has no database, so it can only check the topics themselves.
    private func awaitLog(_ admin: KafkaAdmin) async throws -> (PartitionCounts, deadLetters: Int32)? {
        var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(5))
        while !context.stop.isStopping {
            do {
                let findings = try await LogGuard.inspect(
                    admin, recorded: [:], isEmbeddedBroker: settings.kafka.isEmbeddedBroker)
                let counts = try LogGuard.check(findings)
                let derived = try await DerivedTopic.inspect(admin, isEmbeddedBroker: settings.kafka.isEmbeddedBroker)
                guard let deadLetters = derived.first(where: { $0.topic == .deadLetters })?.partitions else {
                    throw LogFault(faults: derived.flatMap(\.faults))
                }
                context.health.well("log")
                return (counts, deadLetters)
            } catch {
                context.health.unwell("log", "\(error)")
                context.log.warning("the log is not ready", ["error": "\(error)"])
            }
            await context.pause(backoff.next())
        }
        return nil
    }
}
