import Events
import JSON
import Postgres
import Tables

extension ProductDocument {
    /// The columns that `init(row:)` reads.
    static let columns = """
        id, user_id, product_name, product_description, product_images, product_price::text as price,
        compressed_product_images, images, version, media_revision, log_offset,
        (extract(epoch from created_at) * 1000)::bigint as created_ms,
        (extract(epoch from updated_at) * 1000)::bigint as updated_ms
        """

    init(row: PostgresRow) throws {
        guard let id = ProductID(try row.int("id")), let userID = UserID(try row.int("user_id")) else {
            throw DamagedRow(table: "products")
        }
        self.init(
            id: id, userID: userID, name: try row.text("product_name"),
            description: try row.text("product_description"),
            images: try row.textArray("product_images").compactMap { $0 }, price: try Money(try row.text("price")),
            compressedImages: try row.textArray("compressed_product_images").compactMap { $0 },
            imageStates: Array(try row.text("images").utf8), version: try row.int("version"),
            mediaRevision: try row.int("media_revision"),
            createdAt: Timestamp(milliseconds: try row.int("created_ms")),
            updatedAt: Timestamp(milliseconds: try row.int("updated_ms")))
    }

    /// `{"data":…,"message":…}`
    func envelope(_ message: StaticString) -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            json.key("data")
            write(to: &json)
            json.member("message", message.description)
        }
        return json.bytes
    }
}
