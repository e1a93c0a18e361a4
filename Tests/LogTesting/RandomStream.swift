import EventLog
import Events
import SeededRandom

/// Records as many writers would write them in one order, sane and other writers: creations of existing products,
/// answers for images of others, random versions, and repeated records and commands.
package struct RandomStream {
    package struct Kinds: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Records that cannot be folded, and some that an operator has discarded.
        package static let poison = Kinds(rawValue: 1)
        /// Records that no writer of ours writes: one command in several partitions and topics, and records in a
        /// partition other than that of their id. They concern the products from `firstStranger` on.
        package static let strangers = Kinds(rawValue: 2)
    }

    /// Ids that are equal modulo this share a partition in logs of 1 to 8 partitions.
    private static let residues: Int64 = 840
    package static let firstStranger: Int64 = 1_000_000

    package private(set) var drafts: [Draft] = []
    private let base: Int64
    private let kinds: Kinds
    /// The number of ids that are used from each residue class.
    private let classes: Int64
    private var random: SeededGenerator
    private var number = 0
    private var asked: [Int64: [ImageID]] = [:]
    private var commands: [Int64: [EventMetadata]] = [:]

    /// Makes about `count` records of ids above `base`, which is a multiple of 840. `classes` is a quarter of the
    /// number of products. Every image that is requested is answered in the end.
    package init(seed: Int, count: Int, classes: Int64 = 500, base: Int64 = 0, _ kinds: Kinds = []) {
        random = SeededGenerator(seed: seed)
        self.base = base
        self.kinds = kinds
        self.classes = classes
        while drafts.count < count { drafts.append(next()) }
        for (id, images) in asked.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: images.count, by: 50) {
                let images = images[start..<min(images.count, start + 50)].map { image in
                    ImagesCompressed.Item(id: image, image: .sample(pick(100)))
                }
                let event = ImagesCompressed(productID: .sample(id), images: images)
                drafts.append(Draft(.imagesCompressed(event), plain()))
            }
        }
    }

    private mutating func next() -> Draft {
        // A recent record is repeated as a whole.
        if let again = drafts.suffix(20).randomElement(using: &random), chance(30), !again.isAstray { return again }
        if chance(25) { return user() }
        let isStranger = kinds.contains(.strangers) && chance(12)
        let own = base + 1 + Int64(pick(Int(classes))) + Self.residues * Int64(pick(4))
        let id = ProductID.sample(isStranger ? Self.firstStranger + Int64(pick(60)) : own)
        let metadata = metadata(of: isStranger ? -1 : id.value % Self.residues)
        var draft = Draft(event(of: id, metadata), metadata)
        draft.isAstray = isStranger && chance(10)
        if kinds.contains(.poison) {
            draft.isDiscarded = chance(300)
            if chance(400) { draft = spoiled(draft) }
        }
        return draft
    }

    private mutating func user() -> Draft {
        let id = base + 1 + Int64(pick(100))
        // Each user has commands of its own, and strangers share theirs.
        let isStranger = kinds.contains(.strangers) && chance(4)
        let metadata = metadata(of: isStranger ? -1 : -1 - id)
        let user = UserID.sample(isStranger ? Self.firstStranger + id : id)
        return Draft(.registered(UserRegistered(userID: user, name: text())), metadata)
    }

    private mutating func event(of id: ProductID, _ metadata: EventMetadata) -> ProductEvent {
        switch pick(24) {
        case 0...4:
            let images = sources()
            ask(images.indices.map { ImageID(askedBy: metadata.id, at: $0) }, of: id)
            return .created(
                ProductCreated(
                    productID: id, userID: .sample(Int64(1001 + pick(50))), name: text(), description: text(),
                    price: price(), images: images))
        case 5...8:
            let images = chance(3) ? nil : sources()
            ask((images ?? []).indices.map { ImageID(askedBy: metadata.id, at: $0) }, of: id)
            return .updated(ProductUpdated(productID: id, name: text(), images: images, owner: owner()))
        case 9: return .updated(ProductUpdated(productID: id, description: text(), price: price()))
        case 10: return chance(6) ? .deleted(ProductDeleted(productID: id)) : .updated(ProductUpdated(productID: id))
        case 11...14:
            let images = (0...pick(3)).map { _ in
                ImagesCompressed.Item(id: image(of: id), image: .sample(pick(100)))
            }
            return .imagesCompressed(ImagesCompressed(productID: id, images: images))
        case 15...16:
            let failure = ImageFailure(
                reason: "not-found", detail: "The server said \(400 + pick(5)).", attempts: 1 + pick(5))
            return .imageCompressionFailed(ImageCompressionFailed(productID: id, id: image(of: id), failure: failure))
        case 17...19:
            ask([ImageID(askedBy: metadata.id, at: 0)], of: id)
            return .imageUploaded(
                ProductImageUploaded(
                    productID: id, upload: .sample(pick(1000)), contentType: "image/png", bytes: 70 + pick(9),
                    digest: String(repeating: "ab", count: 32), width: 1, height: 1, owner: owner()))
        case 20...21: return .imageRemoved(ProductImageRemoved(productID: id, image: image(of: id)))
        default:
            let images = (0...pick(2)).map { _ in
                ImagesCompressionRequested.Wanted(id: image(of: id), source: "http://a/\(pick(5)).png")
            }
            ask(images.map(\.id), of: id)
            return .imagesCompressionRequested(ImagesCompressionRequested(productID: id, images: images))
        }
    }

    /// Writers do not always know the owner; the fold ignores it.
    private mutating func owner() -> UserID? { chance(2) ? .sample(Int64(1001 + pick(50))) : nil }

    private mutating func ask(_ images: [ImageID], of id: ProductID) { asked[id.value, default: []] += images }

    /// The id of an image, mostly one of the last that were requested.
    private mutating func image(of id: ProductID) -> ImageID {
        let recent = chance(8) ? nil : asked[id.value]?.suffix(6).randomElement(using: &random)
        return recent ?? ImageID("nobody's-\(pick(3))")
    }

    private mutating func sources() -> [String] {
        // Now and then there are as many as a product can have.
        (0..<(chance(15) ? 20 : pick(4))).map { _ in "http://a/\(pick(5)).png" }
    }

    /// Metadata with the id of a command of the class, often one that occurred before.
    private mutating func metadata(of family: Int64) -> EventMetadata {
        let plain = plain()
        if chance(5) { return plain }
        let earlier = commands[family]?.suffix(8).randomElement(using: &random)
        let metadata: EventMetadata
        if let earlier, chance(8) {
            metadata = EventMetadata(
                id: plain.id, time: plain.time, command: earlier.command, expectedVersion: plain.expectedVersion,
                idempotency: earlier.idempotency)
        } else {
            let mark = chance(3) ? IdempotencyMark(key: "k\(base)-\(number)", request: "r\(number)") : nil
            metadata = EventMetadata(
                id: plain.id, time: plain.time, command: CommandID("c\(base)-\(number)"),
                expectedVersion: plain.expectedVersion, idempotency: mark, actor: chance(4) ? "user \(pick(9))" : nil,
                traceparent: plain.traceparent)
        }
        commands[family, default: []].append(metadata)
        return metadata
    }

    /// Metadata without a command. Time does not always go forward.
    private mutating func plain() -> EventMetadata {
        number += 1
        let time = Timestamp(milliseconds: 1_795_000_000_000 + Int64(number) * 250 - Int64(pick(2000)))
        let trace = chance(9) ? "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" : nil
        return EventMetadata(
            id: EventID("e\(base)-\(number)"), time: time, expectedVersion: chance(4) ? Int64(pick(6)) : nil,
            traceparent: trace)
    }

    private mutating func spoiled(_ draft: Draft) -> Draft {
        var draft = draft
        switch pick(8) {
        case 0: draft.value = Array("{".utf8)
        case 1: draft.value = nil
        case 2: draft.key = Array("nobody".utf8)
        case 3: draft.headers = []
        case 4: return draft.with("ce_type", "warelog.ProductCreated.v9")
        case 5: return draft.with("ce_type", "warelog.ProductFrozen.v1").with("ce_critical", "true")
        case 6: return draft.with("ce_expectedversion", "many")
        default: draft.topic = draft.topic == .users ? .products : .users
        }
        return draft
    }

    private mutating func text() -> String {
        let texts = ["Kettle", "Bo\u{308}hler 🫖", #""quoted" \ {a,NULL}"#, "", "two\nlines", "null", " spaces "]
        return texts[pick(texts.count)] + "\(pick(3))"
    }

    private mutating func price() -> Money {
        .sample("\(pick([10, 10_000, 100_000_000][pick(3)])).\(pick(9))\(1 + pick(9))")
    }

    private mutating func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func chance(_ bound: Int) -> Bool { pick(bound) == 0 }
}
