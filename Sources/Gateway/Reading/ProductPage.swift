import Events
import Postgres

/// One page of a list, and where it ends; nil on the last one.
///
/// A walk from page to page gives every product that was in the list all the time, with the same key, exactly once. One
/// whose key changes meanwhile is given where it stands when the walk comes by: once, twice or not at all.
struct ProductPage: Sendable {
    let products: [ProductDocument]
    let end: ListCursor?

    static func load(_ query: ListQuery, _ pool: PostgresPool) async throws -> ProductPage {
        let rows = try await pool.transaction([query.planning(sorts: !query.isOneRange), query.statement])[1].rows
        let products = try rows.prefix(query.limit).map { try ProductDocument(row: $0) }
        guard rows.count > products.count, let last = products.last else {
            return ProductPage(products: products, end: nil)
        }
        let key = try rows[products.count - 1].text("sort_key")
        return ProductPage(products: products, end: ListCursor(key: key, id: last.id))
    }
}
