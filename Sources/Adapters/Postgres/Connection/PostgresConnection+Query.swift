import EventLoop

extension PostgresConnection {
    /// A usable connection, or an error within `configuration.connectTimeout`.
    package static func connect(
        _ configuration: PostgresConfiguration, loop: EventLoop
    ) async throws(PostgresError) -> PostgresConnection {
        let connector = PostgresConnector(configuration, loop: loop)
        let result: Result<PostgresConnection, PostgresError> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                loop.onLoop { connector.start { continuation.resume(returning: $0) } }
            }
        } onCancel: {
            loop.onLoop { connector.cancel() }
        }
        return try result.get()
    }

    /// Runs one statement, prepared on its first use. Callers at the same time share the wire, each with its answer.
    ///
    /// When the task is cancelled, or `deadline` passes, this returns at once; a statement already sent runs on, and
    /// its result is dropped when it comes.
    package func query(
        _ sql: String, _ parameters: [PostgresValue] = [], deadline: Duration? = nil
    ) async throws(PostgresError) -> PostgresResult {
        let statement = PostgresStatement(sql, parameters)
        try statement.validate()
        let results = try await PostgresError.againWhenStale { () async throws(PostgresError) in
            try await self.run(.statement(statement), deadline: deadline)
        }
        guard let result = results.first else { throw .noResult }
        return result
    }

    /// Runs all of them in one transaction and one round trip. The first error undoes everything and says which it was.
    package func transaction(
        _ statements: [PostgresStatement], deadline: Duration? = nil
    ) async throws(PostgresError) -> [PostgresResult] {
        for statement in statements { try statement.validate() }
        return try await PostgresError.againWhenStale { () async throws(PostgresError) in
            try await self.run(.transaction(statements), deadline: deadline)
        }
    }

    func run(_ work: PostgresCommand.Work, deadline: Duration? = nil) async throws(PostgresError) -> [PostgresResult] {
        let command = PostgresCommand(work)
        let outcome: PostgresCommand.Outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                loop.onLoop {
                    if command.begin(continuation, deadline, on: self.loop) { self.submit(command) }
                }
            }
        } onCancel: {
            loop.onLoop { command.abandon(.cancelled, "cancelled") }
        }
        return try outcome.get()
    }
}

extension PostgresError {
    static let noResult = PostgresError(.invalid, call: "query", message: "the statement gave no result")

    /// A prepared statement that a change of the schema made unusable is refused before anything ran: once more, then.
    static func againWhenStale(
        _ attempt: () async throws(PostgresError) -> [PostgresResult]
    ) async throws(PostgresError) -> [PostgresResult] {
        do throws(PostgresError) {
            return try await attempt()
        } catch {
            guard error.isStalePlan else { throw error }
            return try await attempt()
        }
    }
}
