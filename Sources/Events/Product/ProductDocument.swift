package import JSON

/// A product as clients see it. The fold and a row of the read model give the same bytes.
package struct ProductDocument: Sendable {
    package let id: ProductID
    package let userID: UserID
    package let name: String
    package let description: String
    package let images: [String]
    package let price: Money
    package let compressedImages: [String]
    /// The images as JSON text.
    package let imageStates: [UInt8]
    package let version: Int64
    package let mediaRevision: Int64
    package let createdAt: Timestamp
    package let updatedAt: Timestamp

    package init(_ product: Product) {
        self.init(
            id: product.id, userID: product.userID, name: product.name, description: product.description,
            images: product.images.map(\.source), price: product.price, compressedImages: product.compressedImages,
            imageStates: ProductImage.json(product.images), version: product.version,
            mediaRevision: product.mediaRevision, createdAt: product.createdAt, updatedAt: product.updatedAt)
    }

    package init(
        id: ProductID, userID: UserID, name: String, description: String, images: [String], price: Money,
        compressedImages: [String], imageStates: [UInt8], version: Int64, mediaRevision: Int64, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.userID = userID
        self.name = name
        self.description = description
        self.images = images
        self.price = price
        self.compressedImages = compressedImages
        self.imageStates = imageStates
        self.version = version
        self.mediaRevision = mediaRevision
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// A strong entity tag (RFC 9110 section 8.8.3): the two counters name one state.
    package var entityTag: String { Self.entityTag(version: version, mediaRevision: mediaRevision) }

    package static func entityTag(version: Int64, mediaRevision: Int64) -> String { "\"\(version).\(mediaRevision)\"" }

    package var json: [UInt8] {
        var json = JSONWriter(capacity: 1024)
        write(to: &json)
        return json.bytes
    }

    package func write(to json: inout JSONWriter) {
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
}
