/// Requests on their way from libmicrohttpd's callbacks to the task group that makes a task of each: handed over in
/// batches, one resumption for all that a turn brought. Loop's thread only. Bounded by the connections, each of which
/// has one request at a time.
struct Arrivals {
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

    /// What is waiting; nil inside when it is over, nil when there is nothing yet.
    mutating func take() -> [Exchange]?? {
        if !waiting.isEmpty {
            defer { waiting = [] }
            return .some(waiting)
        }
        return isClosed ? .some(nil) : nil
    }

    mutating func wait(_ continuation: CheckedContinuation<[Exchange]?, Never>) { taker = continuation }

    mutating func close() {
        isClosed = true
        taker?.resume(returning: nil)
        taker = nil
    }
}
