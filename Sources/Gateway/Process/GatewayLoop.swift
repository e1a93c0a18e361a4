import EventLog
import EventLoop
import HTTPClient
import HTTPServer
import ImageHeaders
import Postgres
import ProductCache
import Redis
import S3
import Service

/// The part of the gateway on one event loop: an HTTP server with its own connections to Postgres, Redis and S3.
struct GatewayLoop: Sendable {
    let context: ServiceContext
    let settings: GatewaySettings
    let loop: EventLoop
    let shared: SharedParts

    /// Serves until the process is told to stop, then finishes the requests in flight. `listening` is called when
    /// clients can connect. Must run on the loop.
    func run(listening: () -> Void) async throws {
        // One loop that fails ends the process.
        defer { context.stop.stop() }
        try await withRedis(settings.redis, loop: loop) { redis in
            try await withPool(settings.postgres, loop: loop, size: 4, maximumWaiting: 256) { pool in
                var web = HTTPClientConfiguration()
                web.maximumConnectionsPerHost = settings.uploadConcurrency  // an upload must not wait for a connection
                let client = try HTTPClient(loop: loop, configuration: web)
                defer { client.close() }
                let router = router(redis, pool, S3Client(configuration: settings.s3, client: client))
                let server = try HTTPServer(
                    configuration: settings.server(log: context.log, shared.connections), loop: loop
                ) { request in
                    await router.answer(request)
                }
                listening()
                try await serve(server)
            }
        }
    }

    private func router(_ redis: RedisClient, _ pool: PostgresPool, _ store: S3Client) -> Router {
        let uploads = ImageUploads(
            store: store, slots: shared.uploadSlots, maximumBytes: settings.maximumUploadBytes,
            limits: ImageHeaderLimits(pixels: settings.maximumImagePixels), log: context.log)
        let consistency = ReadConsistency(
            folds: shared.folds, loop: loop, key: shared.key, wait: settings.consistencyWait)
        let cache = ProductCache(redis)
        let parts = WriteParts(
            log: CommandLog(
                writer: shared.writer, folds: shared.folds, cache: cache, loop: loop, log: context.log),
            pool: pool, key: shared.key,
            verdictWait: settings.verdictWait, requiresIfMatch: settings.requiresIfMatch,
            maximumBodyBytes: settings.maximumBodyBytes,
            consistency: consistency)
        let past = PastHandlers(
            log: shared.log, pool: pool, partitions: shared.partitions.products, consistency: consistency,
            key: shared.key)
        let handlers = Handlers(
            products: ProductHandlers(
                catalogue: Catalogue(
                    cache, shared.cacheTrust, partitions: shared.partitions.products, pool, log: context.log),
                consistency: consistency,
                stages: ImageStages(progress: ImageProgress(redis)), key: shared.key, past: past),
            events: ProductEventHandlers(
                feed: shared.changes, log: shared.log, pool: pool, partitions: shared.partitions.products,
                consistency: consistency, epoch: shared.key.epoch),
            past: past,
            writes: ProductWriteHandlers(
                parts: parts, ids: shared.productIDs, users: shared.users, uploads: uploads),
            users: UserHandlers(parts: parts, ids: shared.userIDs, consistency: consistency),
            operations: OperationHandlers(
                pool: pool, ids: CommandIDs(key: shared.key), consistency: consistency),
            description: shared.description)
        return Router(
            table: .api, handlers: handlers, admission: shared.admission, maximumBodyBytes: settings.maximumBodyBytes,
            context: context, metrics: shared.metrics)
    }

    private func serve(_ server: HTTPServer) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { try await server.run() }
            group.addTask(executorPreference: loop) {
                await context.stop.wait()
                await server.stop(drain: .seconds(10))
            }
            // A server that fails stops the process; a server that has drained ends the wait.
            defer { context.stop.stop() }
            try await group.next()
            context.stop.stop()
            try await group.waitForAll()
        }
    }
}
