/// The requests that have no task yet. libmicrohttpd's callbacks add them, and the server's task group takes them in
/// batches: one resumption for all requests of a turn. For the loop's thread only. The number of connections bounds
/// their number, since each connection has one request at a time.
struct PendingRequests {
    private var waiting: [Exchange] = []
    private var taker: CheckedContinuation<[Exchange]?, Never>?
    private(set) var isClosed = false

    mutating func add(_ exchange: Exchange) {
        if let taker {
            self.taker = nil
            taker.resume(returning: [exchange])
        } else {
            waiting.append(exchange)
        }
    }

    /// Whether `take` has something to return.
    var isReady: Bool { !waiting.isEmpty || isClosed }

    /// The requests that wait; nil after the last.
    mutating func take() -> [Exchange]? {
        guard !waiting.isEmpty else { return nil }
        defer { waiting = [] }
        return waiting
    }

    /// Resumes `continuation` with what `take` would return, when there is something.
    mutating func wait(_ continuation: CheckedContinuation<[Exchange]?, Never>) { taker = continuation }

    mutating func close() {
        isClosed = true
        taker?.resume(returning: nil)
        taker = nil
    }
}
