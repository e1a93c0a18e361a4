package import EventLoop

extension PostgresConnection {
    /// Returns a usable connection, or throws within `configuration.connectTimeout`.
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

    /// Runs one statement, prepared on its first use. Concurrent callers share the connection, and each gets its
    /// answer.
    ///
    /// When the task is cancelled or `deadline` passes, this returns at once. A statement that was sent runs on, and
    /// its result is dropped when it comes.
    package func query(
        _ sql: String, _ parameters: [PostgresValue] = [], deadline: Duration? = nil
    ) async throws(PostgresError) -> PostgresResult {
        try await PostgresCommand.query(PostgresStatement(sql, parameters), within: deadline, run)
    }

    /// Runs all statements in one transaction and one round trip. The first error undoes everything, and says which
    /// statement failed.
    package func transaction(
        _ statements: [PostgresStatement], deadline: Duration? = nil
    ) async throws(PostgresError) -> [PostgresResult] {
        try await PostgresCommand.transaction(statements, within: deadline, run)
    }

    func run(_ command: PostgresCommand, within deadline: Duration?) async throws(PostgresError) -> [PostgresResult] {
        try await command.outcome(within: deadline, on: loop, submit)
    }
}
