import Events
import JSON
import Postgres

/// A product as clients see it; the same bytes whether it comes from the fold or from a row.
struct ProductDocument: Sendable {
    let id: ProductID
    let userID: UserID
    let name: String
    let description: String
    let images: [String]
    let price: Money
    let compressedImages: [String]
    /// JSON text.
    let imageStates: [UInt8]
    let version: Int64
    let mediaRevision: Int64
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ product: Product) {
        id = product.id
        userID = product.userID
        name = product.name
        description = product.description
        images = product.images.map(\.source)
        price = product.price
        compressedImages = product.compressedImages
        imageStates = ProductImage.json(product.images)
        version = product.version
        mediaRevision = product.mediaRevision
        createdAt = product.createdAt
        updatedAt = product.updatedAt
    }

    /// The columns that `init(row:)` reads.
    static let columns = """
        id, user_id, product_name, product_description, product_images, product_price::text as price,
        compressed_product_images, images::text as images, version, media_revision, log_offset,
        (extract(epoch from created_at) * 1000)::bigint as created_ms,
        (extract(epoch from updated_at) * 1000)::bigint as updated_ms
        """

    init(row: PostgresRow) throws {
        guard let id = ProductID(try row.int("id")), let userID = UserID(try row.int("user_id")) else {
            throw InvalidRow()
        }
        self.id = id
        self.userID = userID
        name = try row.text("product_name")
        description = try row.text("product_description")
        images = try row.textArray("product_images").compactMap { $0 }
        price = try Money(try row.text("price"))
        compressedImages = try row.textArray("compressed_product_images").compactMap { $0 }
        imageStates = Array(try row.text("images").utf8)
        version = try row.int("version")
        mediaRevision = try row.int("media_revision")
        createdAt = Timestamp(milliseconds: try row.int("created_ms"))
        updatedAt = Timestamp(milliseconds: try row.int("updated_ms"))
    }

    /// Strong (RFC 9110 section 8.8.3): the two counters name one state.
    var entityTag: String { "\"\(version).\(mediaRevision)\"" }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id.value)
            json.member("user_id", userID.value)
            json.member("product_name", name)
            json.member("product_description", description)
            json.key("product_images")
            json.array(images) { $0.string($1) }
            json.key("product_price")
            json.raw(price.description)
            json.key("compressed_product_images")
            json.array(compressedImages) { $0.string($1) }
            json.key("images")
            json.raw(imageStates)
            json.member("version", version)
            json.member("media_revision", mediaRevision)
            json.member("created_at", createdAt.description)
            json.member("updated_at", updatedAt.description)
        }
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

/// A row of the read model that the fold cannot have written.
struct InvalidRow: Error, CustomStringConvertible {
    var description: String { "a row of the read model is damaged: run `warelog verify`" }
}
