import EventLog
import Events
import Postgres
import Service

/// A product as the read model has it, deleted ones included, and the event that it stands at.
package struct ProductState: Sendable {
    package let product: Product
    package let position: LogPosition

    /// The columns that `init(row:)` reads.
    package static let columns = "\(Product.columns), log_partition, log_offset"

    /// Nil when there never was such a product.
    package static func load(_ id: ProductID, _ pool: PostgresPool) async throws -> ProductState? {
        let rows = try await pool.query(
            "select \(columns) from warelog.product_states where id = $1", [.int(id.value)]
        ).rows
        return try rows.first.map { try ProductState(row: $0) }
    }

    package init(row: PostgresRow) throws {
        product = try Product(row: row)
        position = LogPosition(partition: Int32(try row.int("log_partition")), offset: try row.int("log_offset"))
    }
}
