import EventLog
package import Events
package import Postgres
import Tables

/// The state of a product in the read model, also of a deleted one, and the position of the event that led to it.
package struct ProductState: Sendable {
    package let product: Product
    package let position: LogPosition

    /// The columns that `init(row:)` reads.
    package static let columns = "\(Product.columns), log_partition, log_offset"

    /// Loads the state; nil when the product never existed. `deadline` replaces the pool's.
    package static func load(
        _ id: ProductID, _ pool: PostgresPool, within deadline: Duration? = nil
    ) async throws -> ProductState? {
        let rows = try await pool.query(
            "select \(columns) from warelog.product_states where id = $1", [.int(id.value)], deadline: deadline
        ).rows
        return try rows.first.map { try ProductState(row: $0) }
    }

    package init(row: PostgresRow) throws {
        product = try Product(row: row)
        position = LogPosition(partition: Int32(try row.int("log_partition")), offset: try row.int("log_offset"))
    }
}
