import Events
import HTTPServer
import Postgres

/// The headers of a write: the expected state, the time to wait for the decision, and the idempotency key.
struct WriteRequest: Sendable {
    let preconditions: Preconditions
    let preferences: Preferences
    let idempotency: Idempotency?
    let trace: TraceContext
    /// The prefix of the paths in the answer.
    let prefix: String
    let reads = ReadAllowance()

    init(_ request: HTTPRequest, _ trace: TraceContext) throws(Problem) {
        preconditions = try Preconditions(request.headers)
        preferences = Preferences(request.headers)
        idempotency = try Idempotency(request)
        self.trace = trace
        prefix = request.prefix
    }
}

/// The parts of the gateway that handlers of writes use.
struct WriteParts: Sendable {
    let log: CommandLog
    let pool: PostgresPool
    let key: SigningKey
    /// The time that a write waits for the verdict if the client states no preference.
    let verdictWait: Duration
    let requiresIfMatch: Bool
    let maximumBodyBytes: Int
    let consistency: ReadConsistency

    /// Reads the headers of a write without parameters, and waits for the write of its consistency token: what a client
    /// has just created must be there for the client's next write.
    func accept(_ request: HTTPRequest, _ trace: TraceContext) async throws -> WriteRequest {
        try request.refuseParameters()
        let write = try WriteRequest(request, trace)
        _ = try await consistency.await(request)
        return write
    }

    /// The command of a request, and the decision on it if it took effect before. `content` identifies the body,
    /// however it is spelled.
    func submission(
        _ write: WriteRequest, _ principal: Idempotency.Principal, content: @autoclosure () -> [UInt8]
    ) async throws -> (CommandLog.Submission, earlier: Decision?) {
        let wait = write.preferences.wait(default: verdictWait)
        guard let idempotency = write.idempotency else {
            let command = CommandIDs(key: key).make()
            return (.init(command: command, idempotency: nil, traceparent: write.trace.traceparent, wait: wait), nil)
        }
        let content = content()
        let (command, mark) = idempotency.command(principal, content: content, key)
        return (
            .init(command: command, idempotency: mark, traceparent: write.trace.traceparent, wait: wait),
            try await write.reads.spend {
                try await idempotency.earlierDecision(principal, content: content, key, pool, within: $0)
            }
        )
    }

    /// Creates a resource: `append` appends its first event, with an id that no other resource gets.
    func create<Entity, Event>(
        _ write: WriteRequest, _ principal: Idempotency.Principal, content: @autoclosure () -> [UInt8],
        _ ids: IDLease<Entity>,
        append: (Identifier<Entity>, CommandLog.Submission) async throws -> CommandLog.Appended<Event>,
        represent: (Recorded<Event>) -> Representation?
    ) async throws -> WriteOutcome {
        let (submission, earlier) = try await submission(write, principal, content: content())
        if let earlier { return .accepted(earlier, earlier.representation, isReplay: true) }
        guard let id = await ids.next(for: submission.idempotency) else {
            throw Problem.unavailable("No new ids are available at the moment.")
        }
        let appended = try await append(id, submission)
        switch appended.outcome {
        case .accepted(let decision, let isReplay):
            return .accepted(
                decision, decision.representation ?? represent(appended.recorded), isReplay: isReplay)
        case .refused(_, let problem): throw problem
        case .pending: return .pending(.init(submission, appended, resource: id.value))
        }
    }
}
