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
    func register(_ request: HTTPRequest, _ trace: TraceContext) async throws -> RoutedResponse {
        let write = try await parts.accept(request, trace)
        let body = try await RequestDocument.read(request, upTo: parts.maximumBodyBytes)
        let command = try translatingDocumentFaults { () throws(InvalidDocument) in try RegisterUser(body.root) }
        let outcome = try await parts.create(write, .document, content: body.root.canonical, ids) { id, submission in
            try await parts.log.append(command.decide(id), submission)
        } represent: { registered in
            var user: User?
            _ = User.evolve(&user, registered)
            return user.map { Representation($0) }
        }
        return RoutedResponse(try WriteAnswer.userCreated.response(to: write, outcome, parts.key))
    }

    /// `GET /users/{id}`
    func show(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        try request.refuseParameters()
        guard let id = UserID(text) else { throw Problem(.userNotFound) }
        _ = try await consistency.await(request)
        let rows = try await translatingReadModelErrors {
            try await parts.pool.query(
                """
                select id, name, (extract(epoch from created_at) * 1000)::bigint as created_ms from users where id = $1
                """, [.int(id.value)]
            ).rows
        }
        guard let row = rows.first else { throw Problem(.userNotFound) }
        let user = User(
            id: id, name: try row.text("name"), createdAt: Timestamp(milliseconds: try row.int("created_ms")))
        return .data("User retrieved successfully") { $0.raw(user.json) }
    }
}
