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
    /// The addresses of the images, in the order in which the product shows them.
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

/// The fields that an edit changed; nil for an unchanged field.
package struct ProductUpdated: Sendable, Equatable {
    package let productID: ProductID
    package let name: String?
    package let description: String?
    package let price: Money?
    package let images: [String]?
    /// The indices of the `images` that the product did not have before: the others need no work. Nil where the writer
    /// did not know; only the writer of an event that holds for one version can know.
    package let newImages: [Int]?
    /// The owner of the product, in an edit of images whose writer knew it: the compressor shares its work among
    /// owners.
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

    /// Whether the edit changes nothing.
    package var isEmpty: Bool { name == nil && description == nil && price == nil && images == nil }
}

package struct ProductDeleted: Sendable, Equatable {
    package let productID: ProductID
    package init(productID: ProductID) { self.productID = productID }
}

/// The owner of the product uploaded an image; its bytes are in the object store.
package struct ProductImageUploaded: Sendable, Equatable {
    package let productID: ProductID
    package let upload: UploadID
    /// The media type of the bytes, whatever type they were sent with.
    package let contentType: String
    package let bytes: Int
    /// The SHA-256 of the bytes, in hexadecimal.
    package let digest: String
    /// The size in pixels that the header of the file gives.
    package let width: Int
    package let height: Int
    /// The owner of the product, where the writer knew it.
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

/// The owner of the product removed one image.
package struct ProductImageRemoved: Sendable, Equatable {
    package let productID: ProductID
    package let image: ImageID

    package init(productID: ProductID, image: ImageID) {
        self.productID = productID
        self.image = image
    }
}

/// The compressor made renditions of images; they are in the object store.
package struct ImagesCompressed: Sendable, Equatable {
    package let productID: ProductID
    package let images: [Item]

    package struct Item: Sendable, Equatable {
        package let id: ImageID
        package let image: CompressedImage

        package init(id: ImageID, image: CompressedImage) {
            self.id = id
            self.image = image
        }
    }

    package init(productID: ProductID, images: [Item]) {
        self.productID = productID
        self.images = images
    }
}

/// The compressor gave up on an image; `failure` says why.
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

/// An operator asked for images to be compressed again, whatever their state is.
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
