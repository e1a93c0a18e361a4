/// The images of one partition of the log that were requested and that the compressor has not answered yet.
///
/// It can be folded from any offset on, without the states of the products, so it cannot know which edits were voided.
/// It errs on one side only: it may ask for an image that the product does not have, whose answer is then voided, but
/// it never misses an image that the product has.
package struct PendingImages: Sendable {
    /// One image to be compressed.
    package struct Ask: Sendable, Equatable {
        package let productID: ProductID
        package let imageID: ImageID
        package let source: String
        /// The owner of the product, where the event names it.
        package let owner: UserID?
        /// The offset of the event that asks for the image.
        package let offset: Int64

        package init(productID: ProductID, imageID: ImageID, source: String, owner: UserID? = nil, offset: Int64) {
            self.productID = productID
            self.imageID = imageID
            self.source = source
            self.owner = owner
            self.offset = offset
        }
    }

    private struct Open: Sendable {
        let ask: Ask
        /// The index of the image in its event.
        let index: Int
    }

    private var open: [ProductID: [ImageID: Open]] = [:]
    private var offsets = OffsetCounts()
    /// The offset after the last event folded.
    package private(set) var next: Int64

    package init(from offset: Int64) { next = offset }

    package var count: Int { offsets.count }

    /// The offset before which everything is answered: folding starts here after a restart.
    package var lowWatermark: Int64 { offsets.lowest ?? next }

    package func contains(_ ask: Ask) -> Bool { open[ask.productID]?[ask.imageID]?.ask == ask }

    /// All pending images, in the order of the log.
    package var all: [Ask] {
        open.values.flatMap(\.values)
            .sorted { ($0.ask.offset, $0.index) < ($1.ask.offset, $1.index) }
            .map(\.ask)
    }

    /// Passes over a record that asks for no image.
    package mutating func skip(_ offset: Int64) { next = max(next, offset &+ 1) }

    /// Folds one event and returns the images that it asks for: none when the event was folded before.
    package mutating func fold(_ recorded: Recorded<ProductEvent>) -> [Ask] {
        let offset = recorded.position.offset
        guard offset >= next else { return [] }
        skip(offset)
        switch recorded.event {
        case .created(let created):
            return add(Self.wanted(created.images, by: recorded), of: created.productID, created.userID, at: offset)
        case .updated(let updated):
            let wanted = Self.wanted(updated.images ?? [], by: recorded)
            let new = updated.newImages.map { places in places.filter(wanted.indices.contains).map { wanted[$0] } }
            return add(new ?? wanted, of: updated.productID, updated.owner, at: offset)
        case .deleted(let deleted):
            // A deletion that holds for a certain version only may have been voided.
            if recorded.metadata.expectedVersion == nil { forgetAll(of: deleted.productID) }
            return []
        case .imageUploaded(let uploaded):
            return add(
                Self.wanted([uploaded.upload.source], by: recorded), of: uploaded.productID, uploaded.owner, at: offset)
        case .imageRemoved(let removed):
            if recorded.metadata.expectedVersion == nil { forget([removed.image], of: removed.productID) }
            return []
        case .imagesCompressed(let compressed):
            forget(compressed.images.map(\.id), of: compressed.productID)
            return []
        case .imageCompressionFailed(let failed):
            forget([failed.id], of: failed.productID)
            return []
        case .imagesCompressionRequested(let requested):
            forget(requested.images.map(\.id), of: requested.productID)
            return add(requested.images, of: requested.productID, nil, at: offset)
        }
    }

    /// Removes `ask`, whose answer is on the log although it has not been read from there yet.
    package mutating func answered(_ ask: Ask) {
        guard contains(ask) else { return }
        forget([ask.imageID], of: ask.productID)
    }

    private static func wanted(
        _ sources: [String], by recorded: Recorded<ProductEvent>
    ) -> [ImagesCompressionRequested.Wanted] {
        sources.enumerated().map { index, source in
            .init(id: ImageID(askedBy: recorded.metadata.id, at: index), source: source)
        }
    }

    private mutating func add(
        _ images: [ImagesCompressionRequested.Wanted], of product: ProductID, _ owner: UserID?,
        at offset: Int64
    ) -> [Ask] {
        var new: [Ask] = []
        // An event that is on the log twice requests the same images twice, but they are pending once.
        for (index, image) in images.enumerated() where open[product]?[image.id] == nil {
            let ask = Ask(productID: product, imageID: image.id, source: image.source, owner: owner, offset: offset)
            open[product, default: [:]][image.id] = Open(ask: ask, index: index)
            offsets.add(offset)
            new.append(ask)
        }
        return new
    }

    private mutating func forget(_ images: [ImageID], of product: ProductID) {
        for image in images {
            guard let done = open[product]?.removeValue(forKey: image) else { continue }
            offsets.remove(done.ask.offset)
        }
        if open[product]?.isEmpty == true { open[product] = nil }
    }

    private mutating func forgetAll(of product: ProductID) {
        for done in (open.removeValue(forKey: product) ?? [:]).values { offsets.remove(done.ask.offset) }
    }
}

/// A multiset of offsets that knows its lowest one. Offsets are added in order and removed in any order.
private struct OffsetCounts: Sendable {
    private var entries: [(offset: Int64, count: Int)] = []
    private var first = 0
    private(set) var count = 0

    var lowest: Int64? { first < entries.count ? entries[first].offset : nil }

    mutating func add(_ offset: Int64) {
        count += 1
        if let last = entries.last, last.offset == offset, entries.count > first {
            entries[entries.count - 1].count += 1
        } else {
            entries.append((offset, 1))
        }
    }

    mutating func remove(_ offset: Int64) {
        var low = first
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].offset == offset, entries[low].count > 0 else { return }
        entries[low].count -= 1
        count -= 1
        while first < entries.count, entries[first].count == 0 { first += 1 }
        if first > 1024, first > entries.count / 2 {
            entries.removeFirst(first)
            first = 0
        }
    }
}
