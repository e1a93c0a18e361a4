import EventLog
import Events
import History
import Kafka
import Postgres
import Tables

extension Tool {
    /// Runs `body` with the history of a product, which reads its index in the read model and its events on the log.
    func withHistory<Value: Sendable>(
        of id: ProductID, _ body: @escaping @Sendable (ProductHistory) async throws -> Value
    ) async throws -> Value {
        let recorded = try await withConnection(settings.postgres, loop: loop) { try await LogTopics.recorded($0) }
        guard let partitions = recorded[Topic.products.name] else { throw NoLog() }
        return try await withPool(settings.postgres, loop: loop, size: 1, maximumWaiting: 1) { pool in
            let log = LogReader(settings.kafka, loop: loop)
            let history = ProductHistory(id: id, partition: id.partition(of: partitions), pool: pool, log: log)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                // The caller of `events` gets the error.
                group.addTask(executorPreference: loop) { try? await log.run() }
                defer { log.stop() }
                return try await body(history)
            }
        }
    }

    /// Runs `body` with a writer that appends as `source`, after a check that the log is the one that is recorded.
    func withWriter<Value>(
        _ source: String, _ connection: PostgresConnection, _ body: (EventWriter) async throws -> Value
    ) async throws -> Value {
        let recorded = try await LogTopics.recorded(connection)
        let partitions = try await withAdmin(settings.kafka, loop: loop) { admin in
            try LogGuard.check(
                try await LogGuard.inspect(
                    admin, recorded: recorded, isEmbeddedBroker: settings.kafka.isEmbeddedBroker))
        }
        return try await withProducer(settings.kafka, loop: loop) { producer in
            try await body(EventWriter(producer, source: source, partitions: partitions))
        }
    }
}

struct NoLog: Error, CustomStringConvertible {
    var description: String { "the topics of the log are not recorded in this database: run `warelog topics create`" }
}
