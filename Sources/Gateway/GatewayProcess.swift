import EventLog
import EventLoop
import HTTPServer
import Kafka
import Postgres
import Service

/// The gateway from start to end: what is shared by its loops, and one HTTP server on each of them.
struct GatewayProcess: Sendable {
    private let context: ServiceContext
    private let settings: GatewaySettings

    init(_ context: ServiceContext) throws {
        self.context = context
        settings = try GatewaySettings(context.environment, log: context.log)
    }

    func run() async throws {
        guard let partitions = try await LogDirectory(context, settings.postgres, settings.kafka).awaitLog() else { return }
        let producer = try KafkaProducer(settings.kafka, loop: context.loop)
        let shared = SharedParts(
            writer: EventWriter(producer, source: "/warelog/gateway", partitions: partitions),
            verdicts: FoldWatch(context, settings.postgres), ids: IDLease(context), users: UserDirectory(),
            metrics: RequestMetrics(context.metrics))
        let threads = try (1..<settings.loops).map { _ in try EventLoopThread() }
        defer { for thread in threads { thread.shutdown() } }

        try await withThrowingTaskGroup(of: Void.self) { background in
            background.addTask(executorPreference: context.loop) { try await shared.verdicts.run() }
            background.addTask(executorPreference: context.loop) {
                try await shared.ids.run(PostgresPool(settings.postgres, loop: context.loop, size: 1, maximumWaiting: 64))
            }
            try await serve(on: [context.loop] + threads.map(\.loop), shared)
            background.cancelAll()
            // Cancelled on purpose: how they end does not matter.
            while let _ = try? await background.next() {}
        }
        await producer.flush(within: .seconds(5))
        await producer.close()
    }

    private func serve(on loops: [EventLoop], _ shared: SharedParts) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask(executorPreference: loop) {
                    try await GatewayLoop(self.context, self.settings, loop, shared).serve()
                }
            }
            context.log.info("serving", ["address": settings.bindAddress.description, "port": settings.port, "loops": loops.count])
            try await group.waitForAll()
        }
    }
}

/// What all loops of a gateway use.
struct SharedParts: Sendable {
    let writer: EventWriter
    let verdicts: FoldWatch
    let ids: IDLease
    let users: UserDirectory
    let metrics: RequestMetrics
}
