extension Product {
    /// The whole state machine: no clock, no I/O, no error. The verdict says whether the event took effect.
    ///
    /// Whether the command was decided before is not a question of one product: the ledger of the partition answers it
    /// before this function is called.
    package static func evolve(_ product: inout Product?, _ recorded: Recorded<ProductEvent>) -> Verdict {
        // The product is changed in place, so that nothing is copied: an event that is voided changes nothing.
        guard let verdict = product?.take(recorded.event, recorded.metadata) else {
            switch recorded.event {
            case .created(let created):
                product = Product(created, recorded.metadata)
                return .accepted
            case .updated, .deleted, .imageUploaded, .imageRemoved, .imagesCompressed, .imageCompressionFailed,
                .imagesCompressionRequested:
                return .voided(.unknownProduct)
            }
        }
        return verdict
    }

    /// Takes an event for a product that exists. The first case that fits decides.
    private mutating func take(_ event: ProductEvent, _ metadata: EventMetadata) -> Verdict {
        switch event {
        case .created:
            return .voided(.alreadyExists)
        case _ where isDeleted:
            return .voided(.gone)
        // The answer for an image does not depend on the version that people wrote in the meantime.
        case .imagesCompressed(let compressed):
            return answer(compressed.images.map { ($0.id, .compressed($0.image)) }, metadata)
        case .imageCompressionFailed(let failed):
            return answer([(failed.id, .failed(failed.failure))], metadata)
        case _ where metadata.expectedVersion != nil && metadata.expectedVersion != version:
            return .voided(.versionMismatch)
        case .updated(let updated):
            return update(updated, metadata)
        case .deleted:
            return delete(metadata)
        case .imageUploaded(let uploaded):
            return upload(uploaded, metadata)
        case .imageRemoved(let removed):
            return remove(removed.image, metadata)
        case .imagesCompressionRequested(let requested):
            return request(Set(requested.images.map(\.id)), metadata)
        }
    }

    private init(_ created: ProductCreated, _ metadata: EventMetadata) {
        self.init(
            id: created.productID, userID: created.userID, name: created.name, description: created.description,
            price: created.price,
            images: created.images.enumerated().map { index, source in
                ProductImage(id: ImageID(askedBy: metadata.id, at: index), source: source)
            },
            version: 1, mediaRevision: 0, createdAt: metadata.time, updatedAt: metadata.time, isDeleted: false)
    }

    /// Accepts the edit. An edit that changes nothing creates no new version.
    private mutating func update(_ updated: ProductUpdated, _ metadata: EventMetadata) -> Verdict {
        var changes = false
        if let name = updated.name, !name.utf8.elementsEqual(self.name.utf8) {
            self.name = name
            changes = true
        }
        if let description = updated.description, !description.utf8.elementsEqual(self.description.utf8) {
            self.description = description
            changes = true
        }
        if let price = updated.price, price != self.price {
            self.price = price
            changes = true
        }
        if let images = updated.images, images != self.images.map(\.source) {
            replaceImages(by: images, metadata)
            changes = true
        }
        if changes { edited(metadata) }
        return .accepted
    }

    private mutating func edited(_ metadata: EventMetadata) {
        version += 1
        updatedAt = metadata.time
    }

    /// Replaces the images. An address that stays keeps its image and its state; every other address is a new image.
    private mutating func replaceImages(by sources: [String], _ metadata: EventMetadata) {
        var kept = Dictionary(grouping: images.reversed(), by: \.source)
        images = sources.enumerated().map { index, source in
            kept[source]?.popLast() ?? ProductImage(id: ImageID(askedBy: metadata.id, at: index), source: source)
        }
    }

    /// The indices of the `sources` that `replaceImages` makes new images of.
    func places(ofNew sources: [String]) -> [Int] {
        var kept = Dictionary(images.map { ($0.source, 1) }, uniquingKeysWith: +)
        return sources.indices.filter { index in
            guard let left = kept[sources[index]], left > 0 else { return true }
            kept[sources[index]] = left - 1
            return false
        }
    }

    private mutating func delete(_ metadata: EventMetadata) -> Verdict {
        isDeleted = true
        edited(metadata)
        return .accepted
    }

    private mutating func upload(_ uploaded: ProductImageUploaded, _ metadata: EventMetadata) -> Verdict {
        guard images.count < ProductField.maximumImages else { return .voided(.tooManyImages) }
        images.append(ProductImage(id: ImageID(askedBy: metadata.id, at: 0), source: uploaded.upload.source))
        edited(metadata)
        return .accepted
    }

    private mutating func remove(_ image: ImageID, _ metadata: EventMetadata) -> Verdict {
        guard let index = images.firstIndex(where: { $0.id == image }) else { return .voided(.unknownImage) }
        images.remove(at: index)
        edited(metadata)
        return .accepted
    }

    /// Takes answers for images. An image is answered once: a later answer, or one for an image that the product does
    /// not have any more, changes nothing.
    private mutating func answer(_ answers: [(ImageID, ProductImage.State)], _ metadata: EventMetadata) -> Verdict {
        let answers = Dictionary(answers) { first, _ in first }
        var known = false
        var changed = false
        for index in images.indices {
            guard let state = answers[images[index].id] else { continue }
            known = true
            guard images[index].isAwaited else { continue }
            images[index].take(state)
            changed = true
        }
        guard changed else { return .voided(known ? .alreadyAnswered : .unknownImage) }
        mediaRevision += 1
        updatedAt = metadata.time
        return .accepted
    }

    private mutating func request(_ wanted: Set<ImageID>, _ metadata: EventMetadata) -> Verdict {
        var known = false
        for index in images.indices where wanted.contains(images[index].id) {
            images[index].ask()
            known = true
        }
        guard known else { return .voided(.unknownImage) }
        mediaRevision += 1
        updatedAt = metadata.time
        return .accepted
    }
}
