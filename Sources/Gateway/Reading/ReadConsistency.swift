import EventLoop
import HTTPMessages
import HTTPServer

/// Read-your-writes: a request with a `Consistency-Token`, a read or another write, waits until the read model includes
/// that write. It waits for one partition only, and any gateway can answer it.
struct ReadConsistency: Sendable {
    let folds: FoldWatch
    let loop: EventLoop
    let key: SigningKey
    /// The longest time that a request waits.
    let wait: Duration

    /// The token of the request, after its write is folded; nil if the request has none. Throws if the token is not
    /// valid or the write is not folded in time.
    func await(_ request: HTTPRequest) async throws -> ConsistencyToken? {
        let values = request.headers.values("Consistency-Token")
        guard let value = values.first else { return nil }
        guard values.count == 1, let token = ConsistencyToken(value, key: key) else {
            if key.isOfAnotherLog(.consistencyToken, value) {
                throw Problem(
                    .invalidConsistencyToken,
                    "The token belongs to another log: the service was reset or restored. Read again without a token.")
            }
            throw Problem(.invalidConsistencyToken, "Send a token unchanged, as an answer contained it, or send none.")
        }
        do {
            try await loop.withDeadline(wait) { await folds.folded(token.topic, token.position) }
        } catch is DeadlineExceeded {
            throw Problem(.consistencyTimeout, headers: ["Retry-After": "1"])
        }
        return token
    }
}
