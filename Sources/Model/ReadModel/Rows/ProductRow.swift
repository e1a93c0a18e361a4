package import Events
import Postgres

/// A product that an event changed, and the position of the last event that did.
package struct ProductRow: ReadModelRow, Sendable {
    package let product: Product
    package let position: LogPosition

    package static var tableName: String { ReadModelTable.products.rawValue }
    package static let columns: [ReadModelColumn<ProductRow>] = [
        .int("id") { $0.product.id.value },
        .int32("log_partition", isFixed: true) { $0.position.partition },
        .int("log_offset") { $0.position.offset },
        .int("user_id", isFixed: true) { $0.product.userID.value },
        .int("version") { $0.product.version },
        .int("media_revision") { $0.product.mediaRevision },
        .time("created_at", isFixed: true) { $0.product.createdAt.milliseconds },
        .time("updated_at") { $0.product.updatedAt.milliseconds },
        .bool("is_deleted") { $0.product.isDeleted },
        ReadModelColumn(
            name: "product_price", isFixed: false, elementType: "text", expression: "product_price::numeric",
            parameter: { .textArray($0.map(\.product.price.description)) },
            copy: { $1.numeric(hundredths: $0.product.price.cents) }),
        .text("product_name") { $0.product.name },
        .text("product_description") { $0.product.description },
        .textArray("product_images") { $0.product.images.map(\.source) },
        .textArray("compressed_product_images") { $0.product.compressedImages },
        .utf8("images") { ProductImage.json($0.product.images) },
    ]
    package static var onConflict: ConflictRule { .replaces(key: ["id"], condition: nil) }
}
