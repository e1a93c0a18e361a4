/// What one partition of the log asks of the compressor and has no answer yet: images asked for minus images answered.
///
/// It can be folded from any offset on, without the products' states, so it cannot know which edits were voided. It
/// errs on one side: it may ask for an image that the product does not have (the answer is voided), and never misses
/// one that it has.
package struct PendingImages: Sendable {
    /// One image to be compressed.
    package struct Ask: Sendable, Equatable {
        package let productID: ProductID
        package let imageID: ImageID
        package let source: String
        /// Of the event that asks.
        package let offset: Int64
    }

    private var asks: [ProductID: [Ask]] = [:]
    private var offsets = OffsetCounts()
    /// The offset after the last event folded.
    package private(set) var next: Int64

    package init(from offset: Int64) { next = offset }

    package var count: Int { offsets.count }

    /// Everything before this offset is answered: where to start folding after a restart.
    package var lowWatermark: Int64 { offsets.lowest ?? next }

    package func contains(_ ask: Ask) -> Bool { asks[ask.productID]?.contains(ask) ?? false }

    /// In the order of the log.
    package var all: [Ask] { asks.values.joined().sorted { $0.offset < $1.offset } }

    /// Passes over a record that asks for nothing.
    package mutating func skip(_ offset: Int64) { next = max(next, offset + 1) }

    /// Folds one event and gives what it asks for. An event that was folded before asks for nothing.
    package mutating func fold(_ recorded: Recorded<ProductEvent>) -> [Ask] {
        guard recorded.position.offset >= next else { return [] }
        next = recorded.position.offset + 1
        switch recorded.event {
        case .created(let created):
            return ask(created.images, of: created.productID, recorded)
        case .updated(let updated):
            return ask(updated.images ?? [], of: updated.productID, recorded)
        case .deleted(let deleted):
            // One that holds for a certain version only may have been voided.
            if recorded.metadata.expectedVersion == nil { forget(deleted.productID) { _ in true } }
            return []
        case .imagesCompressed(let compressed):
            let answered = Set(compressed.images.map(\.id))
            forget(compressed.productID) { answered.contains($0.imageID) }
            return []
        case .imageCompressionFailed(let failed):
            forget(failed.productID) { $0.imageID == failed.id }
            return []
        case .imagesCompressionRequested(let requested):
            let wanted = Set(requested.images.map(\.id))
            forget(requested.productID) { wanted.contains($0.imageID) }
            return add(
                requested.images.map {
                    Ask(
                        productID: requested.productID, imageID: $0.id, source: $0.source,
                        offset: recorded.position.offset)
                }, of: requested.productID)
        }
    }

    /// The answer to `ask` is on the log, though it has not been read from there yet.
    package mutating func answered(_ ask: Ask) {
        forget(ask.productID) { $0 == ask }
    }

    private mutating func ask(
        _ sources: [String], of product: ProductID, _ recorded: Recorded<ProductEvent>
    ) -> [Ask] {
        add(
            sources.enumerated().map { index, source in
                Ask(
                    productID: product, imageID: ImageID(askedBy: recorded.metadata.id, at: index), source: source,
                    offset: recorded.position.offset)
            }, of: product)
    }

    private mutating func add(_ new: [Ask], of product: ProductID) -> [Ask] {
        // An event that is on the log twice asks for the same images twice.
        let known = Set((asks[product] ?? []).map(\.imageID))
        let new = new.filter { !known.contains($0.imageID) }
        guard !new.isEmpty else { return [] }
        asks[product, default: []] += new
        for ask in new { offsets.add(ask.offset) }
        return new
    }

    private mutating func forget(_ product: ProductID, where isDone: (Ask) -> Bool) {
        guard let open = asks[product] else { return }
        for ask in open where isDone(ask) { offsets.remove(ask.offset) }
        let left = open.filter { !isDone($0) }
        asks[product] = left.isEmpty ? nil : left
    }
}

/// How often each offset is held, and the lowest of them. Offsets arrive in order and leave in any.
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
