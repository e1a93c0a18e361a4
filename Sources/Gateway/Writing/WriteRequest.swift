import Events
import HTTPServer
import Postgres

/// What every write says beside what it wants: which state it is meant for, how long its answer may take, and by which
/// key it is known when it comes again.
struct WriteRequest: Sendable {
    let preconditions: Preconditions
    let preferences: Preferences
    let idempotency: Idempotency?
    let trace: TraceContext

    init(_ request: HTTPRequest, _ trace: TraceContext) throws(Problem) {
        preconditions = try Preconditions(request.headers)
        preferences = Preferences(request.headers)
        idempotency = try Idempotency(request)
        self.trace = trace
    }
}

/// What writes need of the gateway.
struct WriteParts: Sendable {
    let log: CommandLog
    let pool: PostgresPool
    let key: SigningKey
    /// How long a client waits that says nothing about it.
    let verdictWait: Duration
    let requiresIfMatch: Bool
    let maximumBodyBytes: Int

    /// The command that a request stands for, and what became of it, if it has taken effect before. `content` is what
    /// identifies the request's body.
    func submission(
        _ write: WriteRequest, _ principal: Idempotency.Principal, content: [UInt8]
    ) async throws -> (CommandLog.Submission, earlier: Decision?) {
        let wait = write.preferences.wait(default: verdictWait)
        guard let idempotency = write.idempotency else {
            let command = CommandIDs(key: key).make()
            return (.init(command: command, idempotency: nil, traceparent: write.trace.traceparent, wait: wait), nil)
        }
        let (command, mark) = idempotency.command(principal, content: content, key)
        return (
            .init(command: command, idempotency: mark, traceparent: write.trace.traceparent, wait: wait),
            try await mark.earlierDecision(command, pool)
        )
    }
}
