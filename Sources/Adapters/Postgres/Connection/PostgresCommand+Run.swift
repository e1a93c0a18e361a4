import EventLoop

/// The part of running a command that a connection and a pool have in common.
extension PostgresCommand {
    /// Has the command run, and returns its results. `deadline` is for all of it.
    typealias Runner = (_ command: PostgresCommand, _ deadline: Duration?) async throws(PostgresError) ->
        [PostgresResult]

    static func query(
        _ statement: PostgresStatement, within deadline: Duration?, _ run: Runner
    ) async throws(PostgresError) -> PostgresResult {
        try statement.validate()
        guard let result = try await results(.statement(statement), within: deadline, run).first else {
            throw .noResult
        }
        return result
    }

    static func transaction(
        _ statements: [PostgresStatement], within deadline: Duration?, _ run: Runner
    ) async throws(PostgresError) -> [PostgresResult] {
        for statement in statements { try statement.validate() }
        return try await results(.transaction(statements), within: deadline, run)
    }

    /// The server refuses a prepared statement that a change of the schema made unusable before it runs anything. The
    /// second attempt has the time that the first one left.
    static func results(
        _ work: Work, within deadline: Duration?, _ run: Runner
    ) async throws(PostgresError) -> [PostgresResult] {
        let start = ContinuousClock.now
        do throws(PostgresError) {
            return try await run(PostgresCommand(work), deadline)
        } catch {
            guard error.isStalePlan else { throw error }
            let left = deadline.map { max(.zero, $0 - (ContinuousClock.now - start)) }
            return try await run(PostgresCommand(work), left)
        }
    }

    /// Has `submit` called on the loop, and returns when there is an outcome: at once when the task is cancelled, or
    /// when `deadline` has passed.
    func outcome(
        within deadline: Duration?, on loop: EventLoop, _ submit: @escaping @Sendable (PostgresCommand) -> Void
    ) async throws(PostgresError) -> [PostgresResult] {
        let outcome: Outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                loop.onLoop { if self.begin(continuation, deadline, on: loop) { submit(self) } }
            }
        } onCancel: {
            loop.onLoop { self.abandon(.cancelled, "cancelled") }
        }
        return try outcome.get()
    }
}

extension PostgresError {
    static let noResult = PostgresError(.invalid, call: "query", message: "the statement gave no result")
}
