extension Product {
    /// The whole state machine: no clock, no I/O, no error. The verdict says whether the event took effect.
    ///
    /// Whether the command was decided before is not a question of one product: the ledger of the partition answers
    /// it before this is asked.
    package static func evolve(_ product: inout Product?, _ recorded: Recorded<ProductEvent>) -> Verdict {
        guard let current = product else {
            switch recorded.event {
            case .created(let created):
                product = Product(created, recorded.metadata)
                return .accepted
            case .updated, .deleted, .imagesCompressed, .imageCompressionFailed, .imagesCompressionRequested:
                return .voided(.unknownProduct)
            }
        }
        if current.isDeleted {
            if case .created = recorded.event { return .voided(.alreadyExists) }
            return .voided(.gone)
        }
        if let expected = recorded.metadata.expectedVersion, expected != current.version {
            return .voided(.versionMismatch)
        }
        switch recorded.event {
        case .created:
            return .voided(.alreadyExists)
        case .updated(let updated):
            product?.apply(updated, recorded.metadata)
            return .accepted
        case .deleted:
            product?.delete(recorded.metadata)
            return .accepted
        case .imagesCompressed(let compressed):
            return product?.answer(
                compressed.images.map { ($0.id, .compressed($0.image)) }, recorded.metadata) ?? .accepted
        case .imageCompressionFailed(let failed):
            return product?.answer([(failed.id, .failed(failed.failure))], recorded.metadata) ?? .accepted
        case .imagesCompressionRequested(let requested):
            return product?.request(requested.images.map(\.id), recorded.metadata) ?? .accepted
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

    private mutating func apply(_ updated: ProductUpdated, _ metadata: EventMetadata) {
        if let name = updated.name { self.name = name }
        if let description = updated.description { self.description = description }
        if let price = updated.price { self.price = price }
        if let images = updated.images { replaceImages(by: images, metadata) }
        version += 1
        updatedAt = metadata.time
    }

    /// An address that stays keeps its image and what has become of it; every other one is a new image.
    private mutating func replaceImages(by sources: [String], _ metadata: EventMetadata) {
        var kept = images
        images = sources.enumerated().map { index, source in
            if let found = kept.firstIndex(where: { $0.source == source }) { return kept.remove(at: found) }
            return ProductImage(id: ImageID(askedBy: metadata.id, at: index), source: source)
        }
    }

    private mutating func delete(_ metadata: EventMetadata) {
        isDeleted = true
        version += 1
        updatedAt = metadata.time
    }

    /// An image is answered once; what comes later, or for an image that is not there any more, changes nothing.
    private mutating func answer(_ answers: [(ImageID, ProductImage.State)], _ metadata: EventMetadata) -> Verdict {
        var known = false
        var changed = false
        for (id, state) in answers {
            guard let index = images.firstIndex(where: { $0.id == id }) else { continue }
            known = true
            guard images[index].isPending else { continue }
            images[index].state = state
            changed = true
        }
        guard changed else { return .voided(known ? .alreadyAnswered : .unknownImage) }
        mediaRevision += 1
        updatedAt = metadata.time
        return .accepted
    }

    private mutating func request(_ wanted: [ImageID], _ metadata: EventMetadata) -> Verdict {
        var known = false
        for index in images.indices where wanted.contains(images[index].id) {
            images[index].state = .pending
            known = true
        }
        guard known else { return .voided(.unknownImage) }
        mediaRevision += 1
        updatedAt = metadata.time
        return .accepted
    }
}
