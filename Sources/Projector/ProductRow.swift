import Events
import Postgres

/// A product's state as a row, and back.
enum ProductRow {
    static let columns = """
        id, user_id, product_name, product_description, product_price::text as price, images::text as images, version,
        media_revision, is_deleted, (extract(epoch from created_at) * 1000)::bigint as created_ms,
        (extract(epoch from updated_at) * 1000)::bigint as updated_ms
        """

    /// Throws for what the fold cannot have written.
    static func product(_ row: PostgresRow) throws -> Product {
        guard let id = ProductID(try row.int("id")), let userID = UserID(try row.int("user_id")),
            let price = try? Money(try row.text("price")),  // unreadable is damaged, whatever the reason
            let images = try? ProductImage.images(fromJSON: Array(try row.text("images").utf8))
        else { throw DamagedRow(table: "products") }
        return Product(
            id: id, userID: userID, name: try row.text("product_name"),
            description: try row.text("product_description"), price: price, images: images,
            version: try row.int("version"), mediaRevision: try row.int("media_revision"),
            createdAt: Timestamp(milliseconds: try row.int("created_ms")),
            updatedAt: Timestamp(milliseconds: try row.int("updated_ms")), isDeleted: try row.bool("is_deleted"))
    }

    /// In the order of `ReadModelSQL.upsert`.
    static func parameters(_ changes: [Batch.ChangedProduct]) -> [PostgresValue] {
        let products = changes.map(\.product)
        return [
            .intArray(products.map(\.id.value)), .intArray(products.map(\.userID.value)),
            .textArray(products.map(\.name)), .textArray(products.map(\.description)),
            .textArray(products.map { PostgresArray.literal($0.images.map(\.source)) }),
            .textArray(products.map(\.price.description)),
            .textArray(products.map { PostgresArray.literal($0.compressedImages) }),
            .intArray(products.map(\.createdAt.milliseconds)), .intArray(products.map(\.updatedAt.milliseconds)),
            .intArray(products.map(\.version)), .intArray(products.map(\.mediaRevision)),
            .textArray(products.map { String(decoding: ProductImage.json($0.images), as: UTF8.self) }),
            .intArray(products.map { $0.isDeleted ? 1 : 0 }),
            .intArray(changes.map { Int64($0.position.partition) }), .intArray(changes.map(\.position.offset)),
        ]
    }
}

/// A row of the read model that the fold cannot have written: someone else has.
struct DamagedRow: Error, CustomStringConvertible {
    let table: String
    var description: String { "a row of \(table) is damaged: build the read model again" }
}
