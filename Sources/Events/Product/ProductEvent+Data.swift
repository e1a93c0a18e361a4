import JSON

extension ProductEvent {
    package var type: EventType {
        switch self {
        case .created: .productCreated
        case .updated: .productUpdated
        case .deleted: .productDeleted
        case .imageUploaded: .productImageUploaded
        case .imageRemoved: .productImageRemoved
        case .imagesCompressed: .imagesCompressed
        case .imageCompressionFailed: .imageCompressionFailed
        case .imagesCompressionRequested: .imagesCompressionRequested
        }
    }

    /// The data of the event as JSON, as `schema/events` describes it.
    package var data: [UInt8] {
        JSONWriter.object { json in
            json.member("product_id", productID.value)
            switch self {
            case .created(let created): created.write(to: &json)
            case .updated(let updated): updated.write(to: &json)
            case .deleted: break
            case .imageUploaded(let uploaded): uploaded.write(to: &json)
            case .imageRemoved(let removed): json.member("image_id", removed.image.text)
            case .imagesCompressed(let compressed): compressed.write(to: &json)
            case .imageCompressionFailed(let failed): failed.write(to: &json)
            case .imagesCompressionRequested(let requested): requested.write(to: &json)
            }
        }
    }

    /// Nil when `type` is not an event of a product.
    package init?(type: EventType, data bytes: [UInt8]) throws(EventFault) {
        switch type {
        case .productCreated: self = .created(try ProductCreated(EventData(bytes)))
        case .productUpdated: self = .updated(try ProductUpdated(EventData(bytes)))
        case .productDeleted: self = .deleted(try ProductDeleted(EventData(bytes)))
        case .productImageUploaded: self = .imageUploaded(try ProductImageUploaded(EventData(bytes)))
        case .productImageRemoved: self = .imageRemoved(try ProductImageRemoved(EventData(bytes)))
        case .imagesCompressed: self = .imagesCompressed(try ImagesCompressed(EventData(bytes)))
        case .imageCompressionFailed: self = .imageCompressionFailed(try ImageCompressionFailed(EventData(bytes)))
        case .imagesCompressionRequested:
            self = .imagesCompressionRequested(try ImagesCompressionRequested(EventData(bytes)))
        case .userRegistered: return nil
        }
    }
}

extension ProductCreated {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("user_id", userID.value)
        json.member("product_name", name)
        json.member("product_description", description)
        json.key("product_price")
        json.raw(price.description)
        json.key("product_images")
        json.array(images) { $0.string($1) }
    }

    fileprivate init(_ data: EventData) throws(EventFault) {
        self.init(
            productID: try data.identifier("product_id"), userID: try data.identifier("user_id"),
            name: try data.string("product_name", length: ProductField.nameLength),
            description: try data.string("product_description", length: ProductField.descriptionLength),
            price: try data.money("product_price"), images: try data.imageSources("product_images"))
    }
}

extension ProductUpdated {
    fileprivate func write(to json: inout JSONWriter) {
        if let name { json.member("product_name", name) }
        if let description { json.member("product_description", description) }
        if let price {
            json.key("product_price")
            json.raw(price.description)
        }
        if let images {
            json.key("product_images")
            json.array(images) { $0.string($1) }
        }
        if let newImages {
            json.key("new_images")
            json.array(newImages) { $0.integer($1) }
        }
        if let owner { json.member("user_id", owner.value) }
    }

    fileprivate init(_ data: EventData) throws(EventFault) {
        self.init(
            productID: try data.identifier("product_id"),
            name: try data.optionalString("product_name", length: ProductField.nameLength),
            description: try data.optionalString("product_description", length: ProductField.descriptionLength),
            price: try data.optionalMoney("product_price"), images: try data.optionalImageSources("product_images"),
            newImages: try data.optionalCounts("new_images", maximum: ProductField.maximumImages),
            owner: try data.optionalIdentifier("user_id"))
    }
}

extension ProductDeleted {
    fileprivate init(_ data: EventData) throws(EventFault) {
        self.init(productID: try data.identifier("product_id"))
    }
}

extension ProductImageUploaded {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("upload_id", upload.text)
        json.member("content_type", contentType)
        json.member("bytes", bytes)
        json.member("sha256", digest)
        json.member("width", width)
        json.member("height", height)
        if let owner { json.member("user_id", owner.value) }
    }

    fileprivate init(_ data: EventData) throws(EventFault) {
        guard let upload = UploadID(try data.string("upload_id")) else {
            throw data.fault("upload_id", "is not the name of an upload")
        }
        self.init(
            productID: try data.identifier("product_id"), upload: upload,
            contentType: try data.string("content_type", bytes: WriterBound.word),
            bytes: try data.count("bytes"), digest: try data.string("sha256", bytes: WriterBound.word),
            width: try data.count("width"),
            height: try data.count("height"), owner: try data.optionalIdentifier("user_id"))
    }
}

extension ProductImageRemoved {
    fileprivate init(_ data: EventData) throws(EventFault) {
        self.init(
            productID: try data.identifier("product_id"),
            image: ImageID(try data.string("image_id", bytes: WriterBound.id)))
    }
}

extension ImagesCompressed {
    fileprivate func write(to json: inout JSONWriter) {
        json.key("images")
        json.array(images) { json, answer in
            json.object { json in
                json.member("image_id", answer.id.text)
                answer.image.writeMembers(to: &json)
            }
        }
    }

    fileprivate init(_ data: EventData) throws(EventFault) {
        var images: [Item] = []
        for object in try data.objects("images", maximum: WriterBound.items) {
            images.append(
                Item(
                    id: ImageID(try object.string("image_id", bytes: WriterBound.id)),
                    image: try CompressedImage(object)))
        }
        self.init(productID: try data.identifier("product_id"), images: images)
    }
}

extension ImageCompressionFailed {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("image_id", id.text)
        failure.writeMembers(to: &json)
    }

    fileprivate init(_ data: EventData) throws(EventFault) {
        self.init(
            productID: try data.identifier("product_id"),
            id: ImageID(try data.string("image_id", bytes: WriterBound.id)),
            failure: try ImageFailure(data))
    }
}

extension ImagesCompressionRequested {
    fileprivate func write(to json: inout JSONWriter) {
        json.key("images")
        json.array(images) { json, wanted in
            json.object { json in
                json.member("image_id", wanted.id.text)
                json.member("source", wanted.source)
            }
        }
    }

    fileprivate init(_ data: EventData) throws(EventFault) {
        var images: [Wanted] = []
        for object in try data.objects("images", maximum: ProductField.maximumImages) {
            images.append(
                Wanted(
                    id: ImageID(try object.string("image_id", bytes: WriterBound.id)),
                    source: try object.string("source", bytes: ProductField.maximumURLLength)))
        }
        self.init(productID: try data.identifier("product_id"), images: images)
    }
}
