import Events
import Testing

/// `PendingImages` against a model that keeps the log and reads it from the start every time.
@Suite(.timeLimit(.minutes(1)))
struct PendingImagesPropertyTests {
    private struct Model {
        var log: [Recorded<ProductEvent>] = []

        var open: [PendingImages.Ask] {
            var open: [PendingImages.Ask] = []
            for recorded in log {
                let product = recorded.event.productID
                var wanted: [(ImageID, String)] = []
                switch recorded.event {
                case .created(let event): wanted = named(event.images, recorded)
                case .updated(let event): wanted = named(event.images ?? [], recorded)
                case .deleted: open.removeAll { $0.productID == product && recorded.metadata.expectedVersion == nil }
                case .imagesCompressed(let event):
                    open.removeAll { ask in ask.productID == product && event.images.contains { $0.id == ask.imageID } }
                case .imageCompressionFailed(let event):
                    open.removeAll { $0.productID == product && $0.imageID == event.id }
                case .imagesCompressionRequested(let event):
                    open.removeAll { ask in ask.productID == product && event.images.contains { $0.id == ask.imageID } }
                    wanted = event.images.map { ($0.id, $0.source) }
                }
                for (id, source) in wanted where !open.contains(where: { $0.productID == product && $0.imageID == id }) {
                    open.append(
                        .init(productID: product, imageID: id, source: source, offset: recorded.position.offset))
                }
            }
            return open
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
            model.log.append(recorded)
            let asks = pending.fold(recorded)
            let open = model.open
            #expect(pending.all == open)
            #expect(pending.count == open.count)
            #expect(pending.lowWatermark == open.map(\.offset).min() ?? recorded.position.offset + 1)
            #expect(asks == open.filter { $0.offset == recorded.position.offset })
            #expect(pending.fold(recorded) == [], "it was folded before")
            #expect(before.allSatisfy { pending.contains($0) == open.contains($0) })
        }
    }

    @Test(arguments: 1...20)
    func aRestartAtTheWatermarkFindsTheSame(seed: Int) {
        let log = RandomLog(seed: seed, count: 200).events
        var whole = PendingImages(from: 0)
        for (index, recorded) in log.enumerated() {
            _ = whole.fold(recorded)
            guard index.isMultiple(of: 7) else { continue }
            var restarted = PendingImages(from: whole.lowWatermark)
            for recorded in log[...index] { _ = restarted.fold(recorded) }
            #expect(restarted.all == whole.all)
            #expect(restarted.lowWatermark == whole.lowWatermark)
        }
    }

    @Test(arguments: 1...40)
    func noImageThatAProductWaitsForIsMissed(seed: Int) {
        var pending = PendingImages(from: 0)
        var products: [ProductID: Product] = [:]
        for recorded in RandomLog(seed: seed, count: 300).events {
            _ = pending.fold(recorded)
            _ = Product.evolve(&products[recorded.event.productID], recorded)
            let asked = Set(pending.all.map { "\($0.productID) \($0.imageID)" })
            for product in products.values where !product.isDeleted {
                for image in product.images where image.isPending {
                    #expect(asked.contains("\(product.id) \(image.id)"))
                }
            }
        }
    }
}
