import Events
import SeededRandom

/// Events of a few products in one partition, as no sane writer would write them: creations of existing products,
/// answers for images of other products, random versions, and repeated requests for the same images.
struct RandomLog {
    private(set) var events: [Recorded<ProductEvent>] = []
    private var random: SeededGenerator

    init(seed: Int, count: Int) {
        random = SeededGenerator(seed: seed)
        var offset: Int64 = 0
        while events.count < count {
            // A log has gaps: aborted transactions, records of other kinds.
            offset += chance(of: 10) ? Int64.random(in: 2...5, using: &random) : 1
            let version: Int64? = chance(of: 4) ? Int64.random(in: 0...6, using: &random) : nil
            events.append(Recorded(event(), offset: offset, expecting: version))
        }
    }

    private mutating func event() -> ProductEvent {
        let id = Int64.random(in: 1...3, using: &random)
        switch Int.random(in: 0..<23, using: &random) {
        case 0...4: return .created(name: "n\(pick(9))", images: sources(), of: id)
        case 5...7: return .updated(name: "n\(pick(9))", images: chance(of: 4) ? nil : sources(), of: id)
        case 8: return chance(of: 3) ? .deleted(of: id) : .updated(price: "\(pick(100)).5", of: id)
        case 9...12: return .compressed((0...pick(3)).map { _ in image() }, url: "http://s3/\(pick(9))", of: id)
        case 20...21: return .uploaded(of: id)
        case 22: return .removed(image(), of: id)
        case 13...16: return .failed(image(), of: id)
        default: return .requested((0...pick(2)).map { _ in image() }, source: "http://a/\(pick(5)).png", of: id)
        }
    }

    private mutating func sources() -> [String] {
        // Now and then there are as many as a product can have.
        let count = chance(of: 15) ? 20 : pick(4)
        return (0..<count).map { _ in "http://a/\(pick(5)).png" }
    }

    /// The id of an image, mostly of one of the last events, whichever product that concerned.
    private mutating func image() -> String {
        let recent = events.suffix(12).randomElement(using: &random)?.metadata.id.text ?? "e0"
        return "\(recent)-\(pick(3))"
    }

    private mutating func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func chance(of bound: Int) -> Bool { pick(bound) == 0 }
}
