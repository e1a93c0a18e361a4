/// The state of one product: all that its events say.
package struct Product: Sendable, Equatable {
    package let id: ProductID
    package let userID: UserID
    package var name: String
    package var description: String
    package var price: Money
    package var images: [ProductImage]
    /// Counts what people changed; `If-Match` compares it.
    package var version: Int64
    /// Counts what the compressor added.
    package var mediaRevision: Int64
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var isDeleted: Bool

    package init(
        id: ProductID, userID: UserID, name: String, description: String, price: Money, images: [ProductImage],
        version: Int64, mediaRevision: Int64, createdAt: Timestamp, updatedAt: Timestamp, isDeleted: Bool
    ) {
        self.id = id
        self.userID = userID
        self.name = name
        self.description = description
        self.price = price
        self.images = images
        self.version = version
        self.mediaRevision = mediaRevision
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isDeleted = isDeleted
    }

    /// Where the compressed images are, in the order of `images`.
    package var compressedImages: [String] {
        images.compactMap { image in
            if case .compressed(let compressed) = image.state { compressed.full?.url } else { nil }
        }
    }
}
