import Events
import Testing

/// `PendingImages` against a model that is one list.
@Suite(.timeLimit(.minutes(20)))
struct PendingImagesPropertyTests {
    private struct Model {
        private(set) var open: [PendingImages.Ask] = []

        mutating func fold(_ recorded: Recorded<ProductEvent>) {
            let product = recorded.event.productID
            switch recorded.event {
            case .created(let event): ask(named(event.images, recorded), recorded, event.userID)
            case .updated(let event): ask(named(event.images ?? [], recorded), recorded, event.owner)
            case .deleted:
                open.removeAll { $0.productID == product && recorded.metadata.expectedVersion == nil }
            case .imageUploaded(let event): ask(named([event.upload.source], recorded), recorded, event.owner)
            case .imageRemoved(let event):
                open.removeAll {
                    $0.productID == product && $0.imageID == event.image && recorded.metadata.expectedVersion == nil
                }
            case .imagesCompressed(let event):
                open.removeAll { ask in ask.productID == product && event.images.contains { $0.id == ask.imageID } }
            case .imageCompressionFailed(let event):
                open.removeAll { $0.productID == product && $0.imageID == event.id }
            case .imagesCompressionRequested(let event):
                open.removeAll { ask in ask.productID == product && event.images.contains { $0.id == ask.imageID } }
                ask(event.images.map { ($0.id, $0.source) }, recorded)
            }
        }

        private mutating func ask(
            _ images: [(ImageID, String)], _ recorded: Recorded<ProductEvent>, _ owner: UserID? = nil
        ) {
            let product = recorded.event.productID
            for (id, source) in images where !open.contains(where: { $0.productID == product && $0.imageID == id }) {
                open.append(
                    .init(
                        productID: product, imageID: id, source: source, owner: owner, offset: recorded.position.offset)
                )
            }
        }

        private func named(_ sources: [String], _ recorded: Recorded<ProductEvent>) -> [(ImageID, String)] {
            sources.enumerated().map { (ImageID(askedBy: recorded.metadata.id, at: $0), $1) }
        }
    }

    @Test(arguments: 1...20)
    func itAgreesWithTheModelAtEveryStep(seed: Int) {
        var pending = PendingImages(from: 0)
        var model = Model()
        for recorded in RandomLog(seed: seed, count: 200).events {
            let before = model.open
            model.fold(recorded)
            let asks = pending.fold(recorded)
            let open = model.open
            #expect(pending.all == open)
            #expect(pending.count == open.count)
            #expect(pending.lowWatermark == open.map(\.offset).min() ?? recorded.position.offset + 1)
            #expect(asks == open.filter { $0.offset == recorded.position.offset })
            #expect(pending.fold(recorded) == [], "it was folded before")
            #expect(before.filter(pending.contains) == before.filter(open.contains))
        }
    }

    @Test(arguments: 1...20)
    func aRestartAtTheWatermarkFindsTheSame(seed: Int) {
        let log = RandomLog(seed: seed, count: 200).events
        var whole = PendingImages(from: 0)
        for (index, recorded) in log.enumerated() {
            _ = whole.fold(recorded)
            guard index.isMultiple(of: 17) else { continue }
            var restarted = PendingImages(from: whole.lowWatermark)
            for recorded in log[...index] { _ = restarted.fold(recorded) }
            #expect(restarted.all == whole.all)
            #expect(restarted.lowWatermark == whole.lowWatermark)
        }
    }

    @Test(arguments: 1...20)
    func noImageThatAProductWaitsForIsMissed(seed: Int) {
        var pending = PendingImages(from: 0)
        var products: [ProductID: Product] = [:]
        for recorded in RandomLog(seed: seed, count: 300).events {
            _ = pending.fold(recorded)
            _ = Product.evolve(&products[recorded.event.productID], recorded)
            guard let product = products[recorded.event.productID], !product.isDeleted else { continue }
            let asked = Set(pending.all.filter { $0.productID == product.id }.map(\.imageID))
            #expect(asked.isSuperset(of: product.images.filter(\.isAwaited).map(\.id)))
        }
    }
}
