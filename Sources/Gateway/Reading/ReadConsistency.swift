import EventLoop
import HTTPServer

/// Read-your-writes: a read that carries a `Consistency-Token` waits until the read model shows that write, on any gateway,
/// and for that partition only.
struct ReadConsistency: Sendable {
    let folds: FoldWatch
    let loop: EventLoop
    let key: SigningKey
    /// At most.
    let wait: Duration

    /// The token that the request carries, once what it names is folded; nil without one. Throws for a token that is
    /// not ours, and when the time is over.
    func await(_ request: HTTPRequest) async throws -> ConsistencyToken? {
        let values = request.headers.values("Consistency-Token")
        guard let value = values.first else { return nil }
        guard values.count == 1, let token = ConsistencyToken(value, key: key) else {
            throw Problem(.invalidConsistencyToken, "Send a token as an answer gave it, or none.")
        }
        do {
            try await loop.withDeadline(wait) { await folds.folded(token.topic, token.position) }
        } catch is DeadlineExceeded {
            throw Problem(.consistencyTimeout, headers: ["Retry-After": "1"])
        }
        return token
    }
}
