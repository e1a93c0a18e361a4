import Events
import Postgres

/// A product's state as a row.
enum ProductRow {
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
