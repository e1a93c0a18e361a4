import Base
import Cryptography
import EventLog
import Events
import HTTPMessages
import HTTPServer
import Postgres

/// A request with an `Idempotency-Key`, which the client may repeat.
struct Idempotency: Sendable {
    /// The scope of a key, if the request has no credentials: the user that the request concerns.
    enum Principal: Sendable {
        case user(UserID)
        case anonymous
    }

    private static let maximumLength = 255

    private let key: String
    private let credentials: String?
    private let method: String
    private let path: String
    private let condition: String

    /// Nil if the request has no key.
    init?(_ request: HTTPRequest) throws(Problem) {
        let values = request.headers.values("Idempotency-Key")
        guard let value = values.first else { return nil }
        let key =
            value.utf8.count > 1 && value.hasPrefix("\"") && value.hasSuffix("\"")
            ? value.dropFirst().dropLast() : value[...]
        guard values.count == 1, (1...Self.maximumLength).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(
                .malformedRequest,
                "Idempotency-Key must occur once and have 1 to \(Self.maximumLength) visible ASCII characters.")
        }
        self.key = String(key)
        credentials = request.headers["Authorization"]
        method = request.method.description
        // The path with and without the version prefix is the same resource.
        path = request.resource.joined(separator: "/")
        condition = request.headers.list("If-Match") ?? ""
    }

    /// The command of the request, which is the same for every repetition. `content` identifies the body.
    func command(
        _ principal: Principal, content: [UInt8], _ key: SigningKey
    ) -> (id: CommandID, mark: IdempotencyMark) {
        let who =
            switch (credentials, principal) {
            case (let credentials?, _): "credentials \(credentials)"
            case (nil, .user(let user)): "user \(user)"
            case (nil, .anonymous): "anonymous"
            }
        let keyDigest = Hexadecimal.text(key.code(.principal, Array("\(who)\0\(self.key)".utf8)).prefix(16))
        let request = SHA256()
        request.update(Array("\(method)\0\(path)\0\(condition)\0".utf8))
        request.update(content)
        return (
            CommandIDs(key: key).derived(from: keyDigest, method: method, path: path),
            IdempotencyMark(key: keyDigest, request: Hexadecimal.text(request.finish().prefix(16)))
        )
    }
}

extension Idempotency {
    /// Whether a request with this key has taken effect, whatever its body was.
    func isUsed(_ principal: Principal, _ key: SigningKey, _ pool: PostgresPool) async throws -> Bool {
        let mark = command(principal, content: [], key).mark
        return try await translatingReadModelErrors {
            !(try await pool.query(
                "select 1 from warelog.commands where idempotency_key = $1 and void_reason is null", [.text(mark.key)]
            ).rows.isEmpty)
        }
    }
}

extension IdempotencyMark {
    /// The decision on this request, if it took effect before. Throws if its key belongs to another request.
    ///
    /// Nil if the read model does not respond. The fold then decides between the two attempts.
    func earlierDecision(_ command: CommandID, _ pool: PostgresPool) async throws -> Decision? {
        let rows: PostgresResult.Rows
        do {
            rows = try await pool.query(
                "select \(Decision.columns) from warelog.commands where idempotency_key = $1 and void_reason is null",
                [.text(key)]
            ).rows
        } catch {
            guard error.isAway else { throw error }
            return nil
        }
        var earlier: Decision?
        for row in rows {
            let decision = try Decision(row: row)
            guard try row.text("command_id") == command.text, isSameRequest(decision) else {
                throw Problem(.idempotencyKeyReused)
            }
            earlier = decision
        }
        return earlier
    }

    func isSameRequest(_ decision: Decision) -> Bool { decision.requestDigest == request }
}
