/// The state of one product, as its events tell it.
package struct Product: Sendable, Equatable {
    package let id: ProductID
    package let userID: UserID
    package var name: String
    package var description: String
    package var price: Money
    package var images: [ProductImage]
    /// The number of changes by people; `If-Match` compares it.
    package var version: Int64
    /// The number of changes by the compressor.
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

    /// The addresses of the compressed images, in the order of `images`.
    package var compressedImages: [String] {
        images.compactMap { image in
            if case .compressed(let compressed) = image.state { compressed.full?.url } else { nil }
        }
    }
}
