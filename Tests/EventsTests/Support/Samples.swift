import Events

extension Identifier {
    /// An identifier of a number that the test wrote itself.
    static func sample(_ value: Int64) -> Self { Self(value)! }
}

extension Money {
    static func sample(_ text: String) -> Money { try! Money(text) }
}

extension ProductEvent {
    static func created(
        name: String = "Kettle", price: String = "99.99", images: [String] = [], of id: Int64 = 7
    ) -> ProductEvent {
        .created(
            ProductCreated(
                productID: .sample(id), userID: .sample(1), name: name, description: "Boils.", price: .sample(price),
                images: images))
    }

    static func updated(
        name: String? = nil, description: String? = nil, price: String? = nil, images: [String]? = nil,
        newImages: [Int]? = nil, of id: Int64 = 7
    ) -> ProductEvent {
        .updated(
            ProductUpdated(
                productID: .sample(id), name: name, description: description, price: price.map(Money.sample),
                images: images, newImages: newImages))
    }

    static func deleted(of id: Int64 = 7) -> ProductEvent { .deleted(ProductDeleted(productID: .sample(id))) }

    static func uploaded(_ upload: UploadID = .sample, of id: Int64 = 7) -> ProductEvent {
        .imageUploaded(
            ProductImageUploaded(
                productID: .sample(id), upload: upload, contentType: "image/png", bytes: 70, digest: "ab12", width: 1,
                height: 1))
    }

    static func removed(_ image: String, of id: Int64 = 7) -> ProductEvent {
        .imageRemoved(ProductImageRemoved(productID: .sample(id), image: ImageID(image)))
    }

    static func compressed(
        _ images: [String], url: String = "http://s3/x.jpg", of id: Int64 = 7
    ) -> ProductEvent {
        .imagesCompressed(
            ImagesCompressed(
                productID: .sample(id), images: images.map { .init(id: ImageID($0), image: .sample(url: url)) }))
    }

    static func failed(_ image: String, of id: Int64 = 7) -> ProductEvent {
        .imageCompressionFailed(
            ImageCompressionFailed(productID: .sample(id), id: ImageID(image), failure: .sample))
    }

    static func requested(
        _ images: [String], source: String = "http://a/1.png", of id: Int64 = 7
    ) -> ProductEvent {
        .imagesCompressionRequested(
            ImagesCompressionRequested(
                productID: .sample(id), images: images.map { .init(id: ImageID($0), source: source) }))
    }
}

extension UploadID {
    static var sample: UploadID { UploadID("0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f32")! }
}

extension CompressedImage {
    static func sample(url: String = "http://s3/x.jpg") -> CompressedImage {
        CompressedImage(
            renditions: [.sample("thumb", url: "http://s3/thumb.jpg"), .sample(ImageRendition.full, url: url)],
            thumbHash: "1QcSHQ", isAnimated: false,
            source: .init(format: "jpeg", declaredFormat: nil, bytes: 4_194_304, digest: "ab12"))
    }
}

extension ImageRendition {
    static func sample(_ name: String, url: String) -> ImageRendition {
        ImageRendition(
            name: name, objectKey: "\(name).jpg", url: url, contentType: "image/jpeg", width: 2048, height: 1365,
            bytes: 204_800, kept: "encoded")
    }
}

extension ImageFailure {
    static var sample: ImageFailure { ImageFailure(reason: "not-found", detail: "The server said 404.", attempts: 1) }
}

extension EventMetadata {
    /// The metadata of the event at `offset`, whose id is `e` and the offset.
    static func sample(_ offset: Int64, expecting version: Int64? = nil) -> EventMetadata {
        EventMetadata(
            id: EventID("e\(offset)"), time: Timestamp(milliseconds: offset &* 1000), expectedVersion: version)
    }
}

extension Recorded {
    init(_ event: Event, offset: Int64, expecting version: Int64? = nil) {
        self.init(event, .sample(offset, expecting: version), at: LogPosition(partition: 0, offset: offset))
    }
}
