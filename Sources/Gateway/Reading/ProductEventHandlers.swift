import EventLog
import Events
import HTTPMessages
import HTTPServer
import History
import JSON
import Postgres

/// `GET /products/{id}/events`: the changes of a product as Server-Sent Events (HTML Standard, section 9.2).
///
/// The id of a message is the position of its change in the log, so that a client which reconnects with it misses
/// nothing.
struct ProductEventHandlers: Sendable {
    let feed: ChangeFeed
    let log: LogReader
    let pool: PostgresPool
    let partitions: Int32
    let consistency: ReadConsistency
    let epoch: LogEpoch

    /// Proxies must neither hold the stream back nor compress it: X-Accel-Buffering is nginx's.
    private static let headers: HTTPHeaders = [
        "Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
    ]

    func follow(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        try request.refuseParameters()
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        let last = try lastEventID(request)
        _ = try await consistency.await(request)
        let history = ProductHistory(id: id, partition: id.partition(of: partitions), pool: pool, log: log)
        guard let state = try await translatingReadModelErrors({ try await history.state() }) else {
            throw Problem(.productNotFound)
        }
        // A client that has received the deletion has nothing more to wait for.
        if state.product.isDeleted, state.position.offset <= last ?? .max { throw Problem(.productNotFound) }
        if request.method == .head { return RoutedResponse(HTTPResponse(.ok, headers: Self.headers), productID: id) }
        guard let subscription = feed.follow(id) else {
            throw Problem(.overloaded, "Too many open event streams.", headers: ["Retry-After": "5"])
        }
        // An event beyond the end of the log has not happened, so the client begins anew.
        let seen = last.flatMap { $0 <= state.position.offset ? $0 : nil }
        let stream = HTTPResponseStream { [epoch] writer in
            try await Self.send(history, from: state, after: seen, epoch, subscription, to: writer)
        }
        return RoutedResponse(HTTPResponse(.ok, headers: Self.headers, body: .stream(stream)), productID: id)
    }

    /// The offset of the last change that the client has received.
    private func lastEventID(_ request: HTTPRequest) throws(Problem) -> Int64? {
        guard let text = request.headers["Last-Event-ID"], !text.isEmpty else { return nil }
        guard let number = Int64(text), number >= 0, String(number) == text else {
            throw Problem(.malformedRequest, "Last-Event-ID must be the id of a message of this stream.")
        }
        let id = EventStreamID(number: number)
        guard id.epoch == nil || id.epoch == epoch.number else {
            throw Problem(
                .malformedRequest,
                "Last-Event-ID belongs to another log: the service was reset or restored. Follow again without it.")
        }
        return id.offset
    }

    /// Sends changes until the product is deleted, the client disconnects or the process stops.
    ///
    /// Throws if the read model or the log does not respond, which ends the stream: the client reconnects and learns
    /// how long to wait.
    private static func send(
        _ history: ProductHistory, from state: ProductState, after seen: Int64?, _ epoch: LogEpoch,
        _ subscription: ChangeFeed.Subscription, to writer: HTTPResponseWriter
    ) async throws {
        try await writer.write(Array("retry: 1000\n\n".utf8))
        var known: Product?
        var position = seen ?? state.position.offset
        if seen == nil {
            try await writer.write(message(.init(product: state.product, offset: position), epoch))
            known = state.product
        }
        for await _ in subscription.signals {
            guard subscription.takeChange() else {
                try await writer.write(Array(":\n\n".utf8))  // proxies close silent connections
                continue
            }
            while case let versions = try await history.versions(after: position, from: known), let last = versions.last
            {
                for version in versions { try await writer.write(message(version, epoch)) }
                if last.product.isDeleted { return }
                known = last.product
                position = last.offset
            }
        }
    }

    private static func message(_ version: ProductHistory.Version, _ epoch: LogEpoch) -> [UInt8] {
        let product = version.product
        let data =
            product.isDeleted
            ? JSONWriter.object { json in
                json.member("id", product.id.value)
                json.member("version", product.version)
            } : ProductDocument(product).json
        // The data is one line, because JSON escapes line ends in strings.
        let id = EventStreamID(offset: version.offset, epoch: epoch).number
        return Array("id: \(id)\nevent: \(product.isDeleted ? "deleted" : "product")\ndata: ".utf8) + data
            + Array("\n\n".utf8)
    }
}
