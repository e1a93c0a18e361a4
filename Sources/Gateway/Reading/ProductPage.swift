import Events
import Postgres

/// One page of a list, and the cursor of its end; nil on the last page.
///
/// A client that reads all pages sees every product that stays in the list with the same sort key exactly once. It sees
/// a product whose key changes in the meantime once, twice or not at all.
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
