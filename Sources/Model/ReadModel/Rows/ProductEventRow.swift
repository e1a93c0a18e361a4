package import Events

/// An event of a product, and what became of it.
package struct ProductEventRow: ReadModelRow, Sendable {
    package let product: ProductID
    package let position: LogPosition
    /// The product's counters after the event.
    package let version: Int64
    package let mediaRevision: Int64
    package let occurredAt: Timestamp
    package let isChange: Bool
    package let voidReason: VoidReason?

    package static var tableName: String { ReadModelTable.productEvents.rawValue }
    package static let columns: [ReadModelColumn<ProductEventRow>] = [
        .int("product_id") { $0.product.value },
        .int32("log_partition") { $0.position.partition },
        .int("log_offset") { $0.position.offset },
        .int("version") { $0.version },
        .int("media_revision") { $0.mediaRevision },
        .time("occurred_at") { $0.occurredAt.milliseconds },
        .bool("is_change") { $0.isChange },
        .text("void_reason") { $0.voidReason?.rawValue },
    ]
    package static var onConflict: ConflictRule { .fails }
}
