import EventLog
import Events
import HTTPMessages
import HTTPServer
import History
import JSON
import Kafka
import Postgres

/// The reads that look back: a product as it was, and all that happened to it.
struct PastHandlers: Sendable {
    let log: LogReader
    let pool: PostgresPool
    let partitions: Int32
    let consistency: ReadConsistency
    let key: SigningKey

    private func history(of id: ProductID) -> ProductHistory {
        ProductHistory(id: id, partition: id.partition(of: partitions), pool: pool, log: log)
    }

    /// `GET /products/{id}?at_version=N` and `?at=TIME`: what a read of the product gave then.
    func show(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        let moment = try Moment(request.query)
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        let conditions = try Preconditions(request.headers)
        _ = try await consistency.await(request)
        let past = try await remembering { () async throws -> PastProduct in
            var budget = FoldBudget()
            return try await history(of: id).product(at: moment, &budget)
        }
        switch past {
        case .absent: throw Problem(.productNotFound)
        case .noSuchVersion: throw Problem(.versionNotFound)
        case .product(let product, let isSettled):
            let document = ProductDocument(product)
            // Whoever may read it is not asked of a shared cache.
            let caching = isSettled ? "private, max-age=31536000, immutable" : "no-cache"
            var headers: HTTPHeaders = ["ETag": document.entityTag, "Cache-Control": caching]
            if try conditions.isNotModified(document.entityTag) {
                return RoutedResponse(HTTPResponse(.notModified, headers: headers), productID: id)
            }
            headers["Content-Type"] = "application/json"
            let body = document.envelope("Product retrieved successfully")
            return RoutedResponse(HTTPResponse(.ok, headers: headers, body: .bytes(body)), productID: id)
        }
    }

    /// Of `GET /products?at=TIME`.
    func page(of query: ListQuery, at time: Timestamp) async throws -> ProductPage {
        try await remembering {
            try await PastPage(query: query, time: time, pool: pool) { history(of: $0) }.load()
        }
    }

    /// `GET /products/{id}/history`; a deleted product has one as well.
    func history(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        let query = try HistoryQuery(request.query, of: id, key: key)
        _ = try await consistency.await(request)
        let page = try await remembering { try await self.page(query, of: history(of: id)) }
        guard let last = page.entries.last else { throw Problem(.productNotFound) }
        let cursor =
            page.isContinued
            ? HistoryCursor(offset: last.event.position.offset).text(of: id, key: key) : nil
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let cursor { headers["Link"] = "<\(request.target(with: "cursor", cursor))>; rel=\"next\"" }
        let body = JSONWriter.object { json in
            json.key("data")
            json.array(page.entries) { $1.write(to: &$0) }
            json.member("message", "History retrieved successfully")
            json.member("next_cursor", cursor)
        }
        return RoutedResponse(HTTPResponse(.ok, headers: headers, body: .bytes(body)), productID: id)
    }

    private func page(_ query: HistoryQuery, of history: ProductHistory) async throws -> HistoryPage {
        var known = ProductHistory.Known.product(nil)
        if let after = query.after {
            var budget = FoldBudget()
            known = try await history.known(at: after.offset, &budget)
        }
        return try await history.entries(after: query.after?.offset ?? -1, limit: query.limit, from: known)
    }
}

/// A log that is away, or has more readers than it can, is a problem that passes; a history that is too long is not.
func remembering<Value>(_ read: () async throws -> Value) async throws -> Value {
    do {
        return try await reading(read)
    } catch LogReader.Failure.away {
        throw Problem.unavailable("The log cannot be read at the moment.")
    } catch LogReader.Failure.busy {
        throw Problem(.overloaded, "As many read the log as can.", headers: ["Retry-After": "1"])
    } catch let error as KafkaError where error.isRetriable {
        throw Problem.unavailable("The log cannot be read at the moment.")
    } catch is HistoryTooLong {
        throw Problem(
            .historyTooLong, "More than \(FoldBudget.eventsOfRequest) events would have to be folded.")
    }
}
