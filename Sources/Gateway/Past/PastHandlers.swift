import EventLog
import Events
import HTTPMessages
import HTTPServer
import History
import JSON
import Kafka
import Postgres

/// The reads of the past: a product as it was, a list as it was, and the history of a product.
struct PastHandlers: Sendable {
    let log: LogReader
    let pool: PostgresPool
    let partitions: Int32
    let consistency: ReadConsistency
    let key: SigningKey

    private func history(of id: ProductID) -> ProductHistory {
        ProductHistory(id: id, partition: id.partition(of: partitions), pool: pool, log: log)
    }

    /// `GET /products/{id}?at_version=N` and `?at=TIME`: the product as a read returned it then.
    func show(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        let moment = try Moment(request.query)
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        let conditions = try Preconditions(request.headers)
        _ = try await consistency.await(request)
        let past = try await translatingHistoryErrors { () async throws -> PastProduct in
            var budget = FoldBudget()
            return try await history(of: id).product(at: moment, &budget)
        }
        switch past {
        case .absent: throw Problem(.productNotFound)
        case .noSuchVersion: throw Problem(.versionNotFound)
        case .product(let product, let isSettled):
            let document = ProductDocument(product)
            // A shared cache cannot tell which clients may read the product.
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

    /// A page of `GET /products?at=TIME`.
    func page(of query: ListQuery, at time: Timestamp) async throws -> ProductPage {
        try await translatingHistoryErrors {
            try await PastPage(query: query, time: time, pool: pool) { history(of: $0) }.load()
        }
    }

    /// `GET /products/{id}/history`, of deleted products too.
    func history(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        let query = try HistoryQuery(request.query, of: id, key: key)
        _ = try await consistency.await(request)
        let page = try await translatingHistoryErrors { try await self.page(query, of: history(of: id)) }
        guard let last = page.entries.last else { throw Problem(.productNotFound) }
        let cursor =
            page.isContinued
            ? HistoryCursor(offset: last.event.position.offset).text(of: id, key: key) : nil
        return .page(
            page.entries, "History retrieved successfully", of: request, next: cursor, productID: id
        ) { $1.write(to: &$0) }
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
