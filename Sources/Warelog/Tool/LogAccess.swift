import EventLog
import Events
import History
import Postgres
import Service

extension Tool {
    /// Runs `body` with the history of a product, which reads its index in the read model and its events on the log.
    func withHistory<Value: Sendable>(
        of id: ProductID, _ body: @escaping @Sendable (ProductHistory) async throws -> Value
    ) async throws -> Value {
        let connection = try await PostgresConnection.connect(settings.postgres, loop: loop)
        let recorded: [String: Int32]
        do {
            recorded = try await LogTopics.recorded(connection)
        } catch {
            connection.close()
            throw error
        }
        connection.close()
        guard let partitions = recorded[Topic.products.name] else { throw NoLog() }
        let pool = PostgresPool(settings.postgres, loop: loop, size: 1, maximumWaiting: 1)
        let log = LogReader(settings.kafka, loop: loop)
        let history = ProductHistory(id: id, partition: id.partition(of: partitions), pool: pool, log: log)
        let result: Result<Value, any Error> = await withTaskGroup(of: Result<Value, any Error>?.self) { group in
            group.addTask(executorPreference: loop) {
                try? await log.run()  // the caller of `events` has got the error
                return nil
            }
            group.addTask(executorPreference: loop) {
                defer { log.stop() }
                do {
                    return .success(try await body(history))
                } catch {
                    return .failure(error)
                }
            }
            var result: Result<Value, any Error> = .failure(LogReader.Failure.away)
            for await ended in group { result = ended ?? result }
            return result
        }
        await pool.close()
        return try result.get()
    }
}

struct NoLog: Error, CustomStringConvertible {
    var description: String { "the topics of the log are not recorded in this database: run `warelog topics create`" }
}
