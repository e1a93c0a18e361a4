import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct PendingImagesTests {
    /// Folds `events` from `offset` on, one after another.
    private static func folded(from offset: Int64 = 0, _ events: ProductEvent...) -> PendingImages {
        var pending = PendingImages(from: offset)
        for event in events { _ = pending.fold(Recorded(event, offset: pending.next)) }
        return pending
    }

    private static func ids(_ pending: PendingImages) -> [String] { pending.all.map(\.imageID.text) }

    private static let asked = folded(
        .created(images: ["http://a/1.png", "http://a/2.png"]), .updated(images: ["http://a/3.png"]))

    @Test func anEventAsksForItsImages() {
        var pending = PendingImages(from: 5)
        let asks = pending.fold(Recorded(.created(images: ["http://a/1.png", "http://a/1.png"]), offset: 5))
        #expect(
            asks == [
                .init(
                    productID: .sample(7), imageID: ImageID("e5-0"), source: "http://a/1.png", owner: .sample(1),
                    offset: 5),
                .init(
                    productID: .sample(7), imageID: ImageID("e5-1"), source: "http://a/1.png", owner: .sample(1),
                    offset: 5),
            ])
        #expect(pending.all == asks)
        #expect(asks.allSatisfy(pending.contains))
        #expect(pending.count == 2)
        #expect(pending.lowWatermark == 5)
        #expect(pending.next == 6)
    }

    @Test func nothingIsPendingAtFirst() {
        let pending = PendingImages(from: 5)
        #expect(pending.count == 0)
        #expect(pending.all == [])
        #expect(pending.lowWatermark == 5)
        #expect(pending.next == 5)
    }

    @Test(
        arguments: [
            Row("nothing", [], ["e0-0", "e0-1", "e1-0"]),
            Row("an image compressed", [.compressed(["e0-0"])], ["e0-1", "e1-0"]),
            Row("an image failed", [.failed("e0-1")], ["e0-0", "e1-0"]),
            Row("images of two events compressed", [.compressed(["e0-1", "e1-0"])], ["e0-0"]),
            Row("an image that is asked for nowhere", [.failed("e9-9")], ["e0-0", "e0-1", "e1-0"]),
            Row("an answer twice", [.failed("e0-0"), .compressed(["e0-0"])], ["e0-1", "e1-0"]),
            Row("another product's image of the same name", [.failed("e0-0", of: 8)], ["e0-0", "e0-1", "e1-0"]),
            Row("an edit of the name", [.updated(name: "Pot")], ["e0-0", "e0-1", "e1-0"]),
            Row("an edit that takes the images away may be voided", [.updated(images: [])], ["e0-0", "e0-1", "e1-0"]),
            Row("a deletion", [.deleted()], []),
            Row("another product deleted", [.deleted(of: 8)], ["e0-0", "e0-1", "e1-0"]),
            Row("a request asks later", [.requested(["e0-0"])], ["e0-1", "e1-0", "e0-0"]),
            Row("a request for what was answered", [.failed("e0-0"), .requested(["e0-0"])], ["e0-1", "e1-0", "e0-0"]),
            Row("a request that names an image twice", [.requested(["e0-0", "e0-0"])], ["e0-1", "e1-0", "e0-0"]),
            Row("a request and its answer", [.requested(["e0-0"]), .failed("e0-0")], ["e0-1", "e1-0"]),
        ] as [Row<[ProductEvent], [String]>])
    func whatIsAskedForAndNotAnsweredIsPending(_ row: Row<[ProductEvent], [String]>) {
        var pending = Self.asked
        for event in row.input { _ = pending.fold(Recorded(event, offset: pending.next)) }
        #expect(Self.ids(pending) == row.expected)
        #expect(pending.count == row.expected.count)
    }

    @Test func aDeletionOfACertainVersionMayBeVoided() {
        var pending = Self.asked
        #expect(pending.fold(Recorded(.deleted(), offset: 2, expecting: 1)) == [])
        #expect(pending.count == 3)
    }

    @Test func anEventThatIsFoldedAgainAsksForNothing() {
        var pending = PendingImages(from: 0)
        let created = Recorded(ProductEvent.created(images: ["http://a/1.png"]), offset: 0)
        #expect(pending.fold(created).count == 1)
        #expect(pending.fold(created) == [])
        _ = pending.fold(Recorded(.failed("e0-0"), offset: 1))
        #expect(pending.fold(created) == [])
        #expect(pending.count == 0)
    }

    @Test func anEventThatIsOnTheLogTwiceAsksOnceWhileItsImagesArePending() {
        var pending = PendingImages(from: 0)
        let created = ProductEvent.created(images: ["http://a/1.png"])
        let metadata = EventMetadata.sample(0)
        #expect(pending.fold(Recorded(created, metadata, at: LogPosition(partition: 0, offset: 0))).count == 1)
        #expect(pending.fold(Recorded(created, metadata, at: LogPosition(partition: 0, offset: 1))) == [])
        #expect(pending.lowWatermark == 0)
        #expect(pending.count == 1)
    }

    @Test func theWatermarkMovesOverContiguousAnswersOnly() {
        var pending = Self.asked
        _ = pending.fold(Recorded(.created(images: ["http://a/9.png"], of: 8), offset: 2))
        var watermarks = [pending.lowWatermark]
        for event in [
            .compressed(["e1-0"]), .compressed(["e0-1"]), .failed("e0-0"), .updated(name: "Pot"),
            .failed("e2-0", of: 8),
        ] as [ProductEvent] {
            _ = pending.fold(Recorded(event, offset: pending.next))
            watermarks.append(pending.lowWatermark)
        }
        #expect(watermarks == [0, 0, 0, 2, 2, 8])
    }

    @Test func anAnswerCountsBeforeItIsReadFromTheLog() {
        var pending = Self.asked
        for ask in pending.all.prefix(2) { pending.answered(ask) }
        #expect(Self.ids(pending) == ["e1-0"])
        #expect(pending.lowWatermark == 1)
        _ = pending.fold(Recorded(.compressed(["e0-0", "e0-1"]), offset: 2))
        #expect(Self.ids(pending) == ["e1-0"])
    }

    @Test func anAnswerToAnEarlierAskIsNoneToALaterOne() {
        var pending = Self.asked
        let early = pending.all[0]
        _ = pending.fold(Recorded(.requested(["e0-0"]), offset: 2))
        pending.answered(early)
        #expect(Self.ids(pending) == ["e0-1", "e1-0", "e0-0"])
        pending.answered(.init(productID: .sample(8), imageID: early.imageID, source: early.source, offset: 0))
        #expect(pending.count == 3)
    }

    @Test func whatIsSkippedMovesTheWatermarkWhenNothingIsPending() {
        var pending = PendingImages(from: 0)
        pending.skip(4)
        #expect(pending.lowWatermark == 5)
        pending.skip(2)
        #expect(pending.lowWatermark == 5)
        _ = pending.fold(Recorded(.created(images: ["http://a/1.png"]), offset: 5))
        pending.skip(9)
        #expect(pending.lowWatermark == 5)
        #expect(pending.next == 10)
    }

    @Test func answersForWhatWasAskedBeforeTheStartAreOfNoImportance() {
        let pending = Self.folded(from: 10, .compressed(["e0-0"]), .failed("e1-0"), .deleted(of: 3))
        #expect(pending.count == 0)
        #expect(pending.lowWatermark == 13)
    }

    @Test func theLastOffsetThereIsTrapsNothing() {
        var pending = PendingImages(from: .max)
        _ = pending.fold(Recorded(.created(images: ["http://a/1.png"]), offset: .max))
        pending.skip(.max)
        #expect(pending.count == 1)
        #expect(pending.lowWatermark == .max)
    }

    @Test func theWatermarkFollowsALongRunOfAnswers() {
        var pending = PendingImages(from: 0)
        for offset in 0..<5000 as Range<Int64> {
            _ = pending.fold(Recorded(.created(images: ["http://a/1.png"], of: offset + 1), offset: offset))
        }
        var watermarks: [Int64] = []
        for offset in 0..<4999 as Range<Int64> {
            _ = pending.fold(Recorded(.failed("e\(offset)-0", of: offset + 1), offset: pending.next))
            watermarks.append(pending.lowWatermark)
        }
        #expect(watermarks == Array(1...4999))
        #expect(pending.all.map(\.offset) == [4999])
    }

    @Test func manyAsksOfOneProductTakeLinearTime() {
        var pending = PendingImages(from: 0)
        for offset in 0..<20_000 as Range<Int64> {
            _ = pending.fold(Recorded(.updated(images: ["http://a/1.png", "http://a/2.png"]), offset: offset))
        }
        for offset in (0..<20_000 as Range<Int64>).reversed() {
            _ = pending.fold(Recorded(.failed("e\(offset)-1"), offset: pending.next))
            _ = pending.fold(Recorded(.failed("e\(offset)-0"), offset: pending.next))
        }
        #expect(pending.count == 0)
        #expect(pending.lowWatermark == pending.next)
    }
}
