import EventLog
import Events
import SeededRandom

/// The events of one partition of `products.events`, in order: what shops do with their products and what the
/// compressor answers. The same for the same seed.
///
/// One in five creates a product with two images on average; a third edits one, mostly a recent one; two in five are
/// answers to images; one in twenty deletes. Some are voided: decided on another version, sent twice, for a deleted
/// product.
struct PartitionStory {
    /// The number of products that are remembered; older ones are edited now and then, blindly.
    private static let remembered = 4096
    private static let start: Int64 = 1_767_225_600_000  // 2026-01-01

    private struct Ask {
        let product: ProductID
        let image: ImageID
        let offset: Int64
    }

    private let partition: Int32
    private let partitions: Int32
    private let users: Int64
    private var random: SeededGenerator
    private var products: [ProductID: Product] = [:]
    /// The newest products; the oldest is overwritten first.
    private var recent: [ProductID] = []
    private var created: Int64 = 0
    private var asks: [Ask] = []
    private var nextAsk = 0
    private var lastMarked: Recorded<ProductEvent>?
    private var offset: Int64 = 0

    /// `users` have the ids from 1 on.
    init(seed: UInt64, partition: Int32, of partitions: Int32, users: Int64) {
        self.partition = partition
        self.partitions = partitions
        self.users = users
        random = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(partition) &+ 1)
    }

    /// The next event.
    mutating func next() -> Recorded<ProductEvent> {
        let recorded = random.chance(1) ? repeated() ?? fresh() : fresh()
        follow(recorded)
        offset += 1
        return recorded
    }

    private mutating func fresh() -> Recorded<ProductEvent> {
        let roll = random.pick(100)
        if recent.isEmpty || roll < 20 { return create() }
        if roll < 55 { return update() }
        if roll < 60 { return decided(.deleted(ProductDeleted(productID: random.pick(from: recent))), nil) }
        return answer() ?? update()
    }

    // MARK: what people do

    private mutating func create() -> Recorded<ProductEvent> {
        // No product has the id 0.
        let id = Int64(partition) + Int64(partitions) * (created + (partition == 0 ? 1 : 0))
        created += 1
        return decided(
            .created(
                ProductCreated(
                    productID: ProductID(id)!, userID: UserID(Int64(random.pick(Int(users))) + 1)!,
                    name: Words.text(24, &random), description: Words.text(60 + random.pick(240), &random),
                    price: price(), images: (0..<(1 + random.pick(3))).map { _ in address() })),
            nil, isMarked: random.chance(10))
    }

    private mutating func update() -> Recorded<ProductEvent> {
        guard random.chance(90), let product = products[random.pick(from: recent)] else {
            return decided(.updated(ProductUpdated(productID: anyProduct(), price: price())), nil)
        }
        let version = random.chance(50) ? product.version - (random.chance(6) ? 1 : 0) : nil
        let event =
            switch random.pick(10) {
            case 0...3: ProductUpdated(productID: product.id, price: price())
            case 4...6: ProductUpdated(productID: product.id, description: Words.text(100 + random.pick(300), &random))
            case 7...8:
                ProductUpdated(
                    productID: product.id, name: Words.text(24, &random),
                    description: Words.text(100 + random.pick(300), &random))
            default: exchange(product)
            }
        return decided(.updated(event), version, isMarked: random.chance(10))
    }

    /// Adds an image in front, and removes the last one.
    private mutating func exchange(_ product: Product) -> ProductUpdated {
        ProductUpdated(productID: product.id, images: [address()] + product.images.map(\.source).dropLast())
    }

    private mutating func anyProduct() -> ProductID {
        let index = Int64(random.pick(Int(created))) + (partition == 0 ? 1 : 0)
        return ProductID(Int64(partition) + Int64(partitions) * index)!
    }

    private mutating func decided(
        _ event: ProductEvent, _ expectedVersion: Int64?, isMarked: Bool = false
    ) -> Recorded<ProductEvent> {
        recorded(
            event,
            EventMetadata(
                id: EventID(random.uuid(7)), time: time, command: CommandID(random.uuid(8)),
                expectedVersion: expectedVersion,
                idempotency: isMarked ? IdempotencyMark(key: random.hex(32), request: random.hex(64)) : nil,
                traceparent: "00-\(random.hex(32))-\(random.hex(16))-01"))
    }

    /// The last request with a key once more: another event of the same command.
    private mutating func repeated() -> Recorded<ProductEvent>? {
        guard let last = lastMarked else { return nil }
        return recorded(
            last.event,
            EventMetadata(
                id: EventID(random.uuid(7)), time: time, command: last.metadata.command,
                expectedVersion: last.metadata.expectedVersion, idempotency: last.metadata.idempotency,
                traceparent: last.metadata.traceparent))
    }

    // MARK: what the compressor answers

    private mutating func answer() -> Recorded<ProductEvent>? {
        guard nextAsk < asks.count else { return nil }
        let ask = asks[nextAsk]
        // One in fifty is answered twice.
        if !random.chance(2) { nextAsk += 1 }
        let event: ProductEvent =
            random.chance(12)
            ? .imageCompressionFailed(
                ImageCompressionFailed(
                    productID: ask.product, id: ask.image,
                    failure: ImageFailure(reason: "not-found", detail: "The server answered 404.", attempts: 1)))
            : .imagesCompressed(
                ImagesCompressed(productID: ask.product, images: [.init(id: ask.image, image: compressedImage())]))
        return recorded(event, EventMetadata(id: EventID("\(ask.image)-answer-\(ask.offset)"), time: time))
    }

    private mutating func compressedImage() -> CompressedImage {
        let digest = random.hex(64)
        let height = 1024 + random.pick(512)
        let full = rendition("full", of: digest, width: 2048, height: height, bytes: 100_000 + random.pick(300_000))
        let thumb = rendition(
            "thumb", of: digest, width: 320, height: height * 320 / 2048, bytes: 8000 + random.pick(9000))
        return CompressedImage(
            renditions: [full, thumb], thumbHash: "1QcSHQRnh493V4dIh4eXh1h4kJUI", isAnimated: false,
            source: .init(
                format: "jpeg", declaredFormat: nil, bytes: 1_000_000 + random.pick(3_000_000), digest: digest))
    }

    private func rendition(_ name: String, of digest: String, width: Int, height: Int, bytes: Int) -> ImageRendition {
        let key = "images/\(digest)/v2-\(width)-q80.jpg"
        return ImageRendition(
            name: name, objectKey: key, url: "https://images.example.com/product-images/\(key)",
            contentType: "image/jpeg", width: width, height: height, bytes: bytes, kept: "encoded")
    }

    // MARK: what has become of it

    private mutating func follow(_ recorded: Recorded<ProductEvent>) {
        if recorded.metadata.idempotency != nil { lastMarked = recorded }
        let id = recorded.event.productID
        if case .created = recorded.event, products[id] == nil { remember(id) } else if products[id] == nil { return }
        let before = products[id]?.images ?? []
        guard Product.evolve(&products[id], recorded) == .accepted, let product = products[id] else { return }
        for image in product.images where image.state == .pending && !before.contains(where: { $0.id == image.id }) {
            asks.append(Ask(product: id, image: image.id, offset: offset))
        }
        if product.isDeleted { forget(id) }
        if nextAsk > 10_000 {
            asks.removeFirst(nextAsk)
            nextAsk = 0
        }
    }

    private mutating func remember(_ id: ProductID) {
        guard recent.count >= Self.remembered else { return recent.append(id) }
        let slot = Int(created) % Self.remembered
        products[recent[slot]] = nil
        recent[slot] = id
    }

    /// Hardly anybody edits what is gone, but what was asked for is still answered.
    private mutating func forget(_ id: ProductID) {
        products[id] = nil
        guard let slot = recent.firstIndex(of: id) else { return }
        recent.swapAt(slot, recent.count - 1)
        recent.removeLast()
    }

    // MARK: parts

    private var time: Timestamp { Timestamp(milliseconds: Self.start + offset * 10) }
    private mutating func price() -> Money { try! Money(cents: Int64(100 + random.pick(99_900))) }
    private mutating func address() -> String {
        "https://shop\(random.pick(50)).example.com/media/\(random.hex(12)).jpg"
    }

    private func recorded(_ event: ProductEvent, _ metadata: EventMetadata) -> Recorded<ProductEvent> {
        Recorded(event, metadata, at: LogPosition(partition: partition, offset: offset))
    }
}
