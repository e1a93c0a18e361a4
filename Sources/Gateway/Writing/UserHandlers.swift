import Events
import HTTPMessages
import HTTPServer
import JSON
import Postgres

/// `/users` and `/users/{id}`.
struct UserHandlers: Sendable {
    let parts: WriteParts
    let ids: IDLease<User>
    let consistency: ReadConsistency

    /// `POST /users`
    func register(_ request: HTTPRequest, _ trace: TraceContext) async throws -> Answer {
        try request.refuseParameters()
        let write = try WriteRequest(request, trace)
        let body = try await RequestDocument.read(request, upTo: parts.maximumBodyBytes)
        let command = try valid { () throws(InvalidDocument) in try RegisterUser(body.root) }
        let (submission, earlier) = try await parts.submission(write, .anonymous, content: body.bytes)
        if let earlier { return registered(write, earlier, document: earlier.document, isReplay: true) }
        guard let id = await ids.next(for: submission.idempotency) else {
            throw Problem.unavailable("No id can be given to a new user at the moment.")
        }
        let result = try await parts.log.append(command.decide(id), submission)
        switch result.outcome {
        case .accepted(let decision, let isReplay):
            var user: User?
            _ = User.evolve(&user, result.recorded)
            return registered(write, decision, document: decision.document ?? user?.json, isReplay: isReplay)
        case .refused(_, let problem):
            throw problem
        case .pending:
            let answer = WriteAnswer(write: write, key: parts.key)
            return Answer(answer.pending(submission.command, resource: "/users/\(id)", token: result.token))
        }
    }

    private func registered(_ write: WriteRequest, _ decision: Decision, document: [UInt8]?, isReplay: Bool) -> Answer {
        Answer(
            WriteAnswer(write: write, key: parts.key).accepted(
                .created, "User created successfully", document: document, location: decision.location, entityTag: nil,
                token: decision.token, isReplay: isReplay))
    }

    /// `GET /users/{id}`
    func show(_ request: HTTPRequest, id text: String) async throws -> Answer {
        try request.refuseParameters()
        guard let id = UserID(text) else { throw Problem(.userNotFound) }
        _ = try await consistency.await(request)
        let rows = try await reading {
            try await parts.pool.query(
                """
                select id, name, (extract(epoch from created_at) * 1000)::bigint as created_ms from users where id = $1
                """, [.int(id.value)]
            ).rows
        }
        guard let row = rows.first else { throw Problem(.userNotFound) }
        let user = User(
            id: id, name: try row.text("name"), createdAt: Timestamp(milliseconds: try row.int("created_ms")))
        return Answer(
            HTTPResponse(
                .ok, headers: ["Content-Type": "application/json"],
                body: .bytes(
                    JSONWriter.object { json in
                        json.key("data")
                        json.raw(user.json)
                        json.member("message", "User retrieved successfully")
                    })))
    }
}
