import Events
package import Postgres

/// A product with all that the fold knows of it, as it stands in `warelog.product_states` and the read model's own
/// table.
extension Product {
    /// The columns that `init(row:)` reads.
    package static let columns = """
        id, user_id, product_name, product_description, product_price::text as price, images, version,
        media_revision, is_deleted, (extract(epoch from created_at) * 1000)::bigint as created_ms,
        (extract(epoch from updated_at) * 1000)::bigint as updated_ms
        """

    package init(row: PostgresRow) throws {
        guard let id = ProductID(try row.int("id")), let userID = UserID(try row.int("user_id")),
            let price = try? Money(try row.text("price")),  // unreadable is damaged, whatever the reason
            let images = try? ProductImage.images(fromJSON: Array(try row.text("images").utf8))
        else { throw DamagedRow(table: "products") }
        self.init(
            id: id, userID: userID, name: try row.text("product_name"),
            description: try row.text("product_description"), price: price, images: images,
            version: try row.int("version"), mediaRevision: try row.int("media_revision"),
            createdAt: Timestamp(milliseconds: try row.int("created_ms")),
            updatedAt: Timestamp(milliseconds: try row.int("updated_ms")), isDeleted: try row.bool("is_deleted"))
    }
}
