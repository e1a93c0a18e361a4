import EventLog
import Events
import Postgres
import Service

/// A product as the read model has it, deleted ones included, and the event that it stands at.
struct ProductState: Sendable {
    let product: Product
    let position: LogPosition

    /// Nil when there never was such a product.
    static func load(_ id: ProductID, _ pool: PostgresPool) async throws -> ProductState? {
        let rows = try await pool.query(
            "select \(Product.columns), log_partition, log_offset from warelog.product_states where id = $1", [.int(id.value)]
        ).rows
        return try rows.first.map { try ProductState(row: $0) }
    }

    init(row: PostgresRow) throws {
        product = try Product(row: row)
        position = LogPosition(partition: Int32(try row.int("log_partition")), offset: try row.int("log_offset"))
    }
}
