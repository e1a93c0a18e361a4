/// A fact about one product. Past tense, never edited: a new shape is a new case with a new version.
package enum ProductEvent: Sendable, Equatable {
    case created(ProductCreated)
    case updated(ProductUpdated)
    case deleted(ProductDeleted)
    case imageUploaded(ProductImageUploaded)
    case imageRemoved(ProductImageRemoved)
    case imagesCompressed(ImagesCompressed)
    case imageCompressionFailed(ImageCompressionFailed)
    case imagesCompressionRequested(ImagesCompressionRequested)

    package var productID: ProductID {
        switch self {
        case .created(let event): event.productID
        case .updated(let event): event.productID
        case .deleted(let event): event.productID
        case .imageUploaded(let event): event.productID
        case .imageRemoved(let event): event.productID
        case .imagesCompressed(let event): event.productID
        case .imageCompressionFailed(let event): event.productID
        case .imagesCompressionRequested(let event): event.productID
        }
    }
}

package struct ProductCreated: Sendable, Equatable {
    package let productID: ProductID
    package let userID: UserID
    package let name: String
    package let description: String
    package let price: Money
    /// The images' addresses, in the order in which the product shows them.
    package let images: [String]

    package init(
        productID: ProductID, userID: UserID, name: String, description: String, price: Money, images: [String]
    ) {
        self.productID = productID
        self.userID = userID
        self.name = name
        self.description = description
        self.price = price
        self.images = images
    }
}

/// What an edit changed; nil is unchanged.
package struct ProductUpdated: Sendable, Equatable {
    package let productID: ProductID
    package let name: String?
    package let description: String?
    package let price: Money?
    package let images: [String]?
    /// Which of `images`, by their places, the product did not have before: the others need no work. Nil where the
    /// writer did not know; it can be known only for an event that holds for one version.
    package let newImages: [Int]?
    /// The product's owner, of an edit of images whose writer knew: the compressor is fair to owners.
    package let owner: UserID?

    package init(
        productID: ProductID, name: String? = nil, description: String? = nil, price: Money? = nil,
        images: [String]? = nil, newImages: [Int]? = nil, owner: UserID? = nil
    ) {
        self.productID = productID
        self.name = name
        self.description = description
        self.price = price
        self.images = images
        self.newImages = newImages
        self.owner = owner
    }

    /// Whether it changes nothing.
    package var isEmpty: Bool { name == nil && description == nil && price == nil && images == nil }
}

package struct ProductDeleted: Sendable, Equatable {
    package let productID: ProductID
    package init(productID: ProductID) { self.productID = productID }
}

/// The product's owner gave an image by its bytes; they are in the object store.
package struct ProductImageUploaded: Sendable, Equatable {
    package let productID: ProductID
    package let upload: UploadID
    /// What the bytes are, whatever they were sent as.
    package let contentType: String
    package let bytes: Int
    /// SHA-256 of the bytes, hexadecimal.
    package let digest: String
    /// Pixels, as the file's header has them.
    package let width: Int
    package let height: Int
    /// The product's owner, where the writer knew.
    package let owner: UserID?

    package init(
        productID: ProductID, upload: UploadID, contentType: String, bytes: Int, digest: String, width: Int,
        height: Int, owner: UserID? = nil
    ) {
        self.productID = productID
        self.upload = upload
        self.contentType = contentType
        self.bytes = bytes
        self.digest = digest
        self.width = width
        self.height = height
        self.owner = owner
    }
}

/// The product's owner took one image away.
package struct ProductImageRemoved: Sendable, Equatable {
    package let productID: ProductID
    package let image: ImageID

    package init(productID: ProductID, image: ImageID) {
        self.productID = productID
        self.image = image
    }
}

/// Images are in the object store.
package struct ImagesCompressed: Sendable, Equatable {
    package let productID: ProductID
    package let images: [Answer]

    package struct Answer: Sendable, Equatable {
        package let id: ImageID
        package let image: CompressedImage

        package init(id: ImageID, image: CompressedImage) {
            self.id = id
            self.image = image
        }
    }

    package init(productID: ProductID, images: [Answer]) {
        self.productID = productID
        self.images = images
    }
}

/// An image that will not come, and why.
package struct ImageCompressionFailed: Sendable, Equatable {
    package let productID: ProductID
    package let id: ImageID
    package let failure: ImageFailure

    package init(productID: ProductID, id: ImageID, failure: ImageFailure) {
        self.productID = productID
        self.id = id
        self.failure = failure
    }
}

/// Someone wants images compressed again, whatever became of them before.
package struct ImagesCompressionRequested: Sendable, Equatable {
    package let productID: ProductID
    package let images: [Wanted]

    package struct Wanted: Sendable, Equatable {
        package let id: ImageID
        package let source: String

        package init(id: ImageID, source: String) {
            self.id = id
            self.source = source
        }
    }

    package init(productID: ProductID, images: [Wanted]) {
        self.productID = productID
        self.images = images
    }
}
