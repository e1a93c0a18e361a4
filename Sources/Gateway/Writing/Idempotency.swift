import Base
import Cryptography
import EventLog
import Events
import HTTPMessages
import HTTPServer
import Postgres

/// A request with an `Idempotency-Key`, which the client may repeat.
struct Idempotency: Sendable {
    /// The scope of a key if the request has no credentials. It does not depend on what the read model holds, so that a
    /// request with a key is treated like any other while Postgres is away.
    enum Principal: Sendable {
        /// The request creates a product of this user.
        case user(UserID)
        /// The request changes this product.
        case product(ProductID)
        /// Nobody is known yet, so each document has keys of its own. Another client's registration with the same key
        /// is another registration.
        case document
    }

    private static let maximumLength = 255

    private let key: String
    /// The identity that the credentials prove; nil without credentials.
    private let identity: String?
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
        identity = request.headers["Authorization"].map(Credentials.identity)
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
            switch (identity, principal) {
            case (let identity?, _): "credentials \(identity)"
            case (nil, .user(let user)): "user \(user)"
            case (nil, .product(let product)): "product \(product)"
            case (nil, .document): "document \(SHA256.hex(content))"
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
    func isUsed(
        _ principal: Principal, _ key: SigningKey, _ pool: PostgresPool, within deadline: Duration
    ) async throws -> Bool {
        let marks = key.all.map { command(principal, content: [], $0).mark.key }
        return try await translatingReadModelErrors {
            !(try await pool.query(
                "select 1 from warelog.commands where idempotency_key = any($1) and void_reason is null",
                [.textArray(marks)], deadline: deadline
            ).rows.isEmpty)
        }
    }

    /// The decision on this request, if it took effect before. Throws if its key belongs to another request.
    ///
    /// Nil if the read model does not respond. The fold then decides between the two attempts.
    func earlierDecision(
        _ principal: Principal, content: [UInt8], _ key: SigningKey, _ pool: PostgresPool, within deadline: Duration
    ) async throws -> Decision? {
        let attempts = key.all.map { command(principal, content: content, $0) }
        let rows: PostgresResult.Rows
        do {
            rows = try await pool.query(
                """
                select \(Decision.columns) from warelog.commands where idempotency_key = any($1) and void_reason is null
                """, [.textArray(attempts.map(\.mark.key))], deadline: deadline
            ).rows
        } catch {
            guard error.isAway else { throw error }
            return nil
        }
        var earlier: Decision?
        for row in rows {
            let decision = try Decision(row: row)
            let id = try row.text("command_id")
            guard attempts.contains(where: { $0.id.text == id && $0.mark.isSameRequest(decision) }) else {
                throw Problem(.idempotencyKeyReused)
            }
            earlier = decision
        }
        return earlier
    }
}

extension IdempotencyMark {
    func isSameRequest(_ decision: Decision) -> Bool { decision.requestDigest == request }
}
