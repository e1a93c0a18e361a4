import Events
import Testing

/// Every pair of state and event.
@Suite(.timeLimit(.minutes(20)))
struct EvolveTests {
    static let pending = Story(.created(images: ["http://a/1.png", "http://a/2.png"]))
    static let answered = Story(
        .created(images: ["http://a/1.png", "http://a/2.png"]), .compressed(["e0-0"]), .failed("e0-1"))
    static let full = Story(.created(images: (1...20).map { "http://a/\($0).png" }))
    static let deleted = Story(.created(images: ["http://a/1.png"]), .deleted())

    @Test(
        arguments: [
            Row("nothing, created", (Story(), .created()), .accepted),
            Row("nothing, updated", (Story(), .updated(name: "Pot")), .voided(.unknownProduct)),
            Row("nothing, deleted", (Story(), .deleted()), .voided(.unknownProduct)),
            Row("nothing, uploaded", (Story(), .uploaded()), .voided(.unknownProduct)),
            Row("nothing, removed", (Story(), .removed("e0-0")), .voided(.unknownProduct)),
            Row("nothing, compressed", (Story(), .compressed(["e0-0"])), .voided(.unknownProduct)),
            Row("nothing, failed", (Story(), .failed("e0-0")), .voided(.unknownProduct)),
            Row("nothing, requested", (Story(), .requested(["e0-0"])), .voided(.unknownProduct)),

            Row("waiting for images, created", (pending, .created()), .voided(.alreadyExists)),
            Row("waiting for images, updated", (pending, .updated(name: "Pot")), .accepted),
            Row("waiting for images, updated to the same", (pending, .updated()), .accepted),
            Row("waiting for images, deleted", (pending, .deleted()), .accepted),
            Row("waiting for images, uploaded", (pending, .uploaded()), .accepted),
            Row("waiting for images, removed", (pending, .removed("e0-1")), .accepted),
            Row("waiting for images, another removed", (pending, .removed("e9-0")), .voided(.unknownImage)),
            Row("full of images, uploaded", (full, .uploaded()), .voided(.tooManyImages)),
            Row("waiting for images, compressed", (pending, .compressed(["e0-1"])), .accepted),
            Row("waiting for images, failed", (pending, .failed("e0-1")), .accepted),
            Row("waiting for images, requested", (pending, .requested(["e0-1"])), .accepted),
            Row("waiting for images, another compressed", (pending, .compressed(["e9-0"])), .voided(.unknownImage)),
            Row("waiting for images, another failed", (pending, .failed("e9-0")), .voided(.unknownImage)),
            Row("waiting for images, another requested", (pending, .requested(["e9-0"])), .voided(.unknownImage)),
            Row("waiting for images, none compressed", (pending, .compressed([])), .voided(.unknownImage)),
            Row("waiting for images, none requested", (pending, .requested([])), .voided(.unknownImage)),

            Row("all answered, created", (answered, .created()), .voided(.alreadyExists)),
            Row("all answered, updated", (answered, .updated(price: "1")), .accepted),
            Row("all answered, deleted", (answered, .deleted()), .accepted),
            Row(
                "all answered, compressed what was compressed", (answered, .compressed(["e0-0"])),
                .voided(.alreadyAnswered)),
            Row(
                "all answered, compressed what had failed", (answered, .compressed(["e0-1"])), .voided(.alreadyAnswered)
            ),
            Row("all answered, failed what was compressed", (answered, .failed("e0-0")), .voided(.alreadyAnswered)),
            Row("all answered, failed what had failed", (answered, .failed("e0-1")), .voided(.alreadyAnswered)),
            Row("all answered, requested", (answered, .requested(["e0-0", "e0-1"])), .accepted),

            Row("deleted, created", (deleted, .created()), .voided(.alreadyExists)),
            Row("deleted, updated", (deleted, .updated(name: "Pot")), .voided(.gone)),
            Row("deleted, deleted", (deleted, .deleted()), .voided(.gone)),
            Row("deleted, uploaded", (deleted, .uploaded()), .voided(.gone)),
            Row("deleted, removed", (deleted, .removed("e0-0")), .voided(.gone)),
            Row("deleted, compressed", (deleted, .compressed(["e0-0"])), .voided(.gone)),
            Row("deleted, failed", (deleted, .failed("e0-0")), .voided(.gone)),
            Row("deleted, requested", (deleted, .requested(["e0-0"])), .voided(.gone)),
        ] as [Row<(Story, ProductEvent), Verdict>])
    func everyEventHasAVerdictInEveryState(_ row: Row<(Story, ProductEvent), Verdict>) {
        var story = row.input.0
        #expect(story.happened(row.input.1) == row.expected)
        let isUnchanged = story.product == row.input.0.product
        let isEmpty = row.input.1 == .updated()
        #expect(
            isUnchanged == (row.expected != .accepted || isEmpty), "the voided changes nothing, the accepted something")
    }

    @Test(
        arguments: [
            Row("an edit on the version that is", (.updated(name: "Pot"), 1), .accepted),
            Row("an edit on an older version", (.updated(name: "Pot"), 0), .voided(.versionMismatch)),
            Row("an edit on a version to come", (.updated(name: "Pot"), 2), .voided(.versionMismatch)),
            Row("an edit on a version that never was", (.updated(name: "Pot"), .min), .voided(.versionMismatch)),
            Row("a deletion on the version that is", (.deleted(), 1), .accepted),
            Row("a deletion on an older version", (.deleted(), 0), .voided(.versionMismatch)),
            Row("a request on the version that is", (.requested(["e0-0"]), 1), .accepted),
            Row("a request on an older version", (.requested(["e0-0"]), 0), .voided(.versionMismatch)),
            Row("an upload on an older version", (.uploaded(), 0), .voided(.versionMismatch)),
            Row("a removal on an older version", (.removed("e0-0"), 0), .voided(.versionMismatch)),
            Row("a creation exists before it mismatches", (.created(), 9), .voided(.alreadyExists)),
            Row("an answer is decided on no version", (.compressed(["e0-0"]), 9), .accepted),
            Row("nor is a failure", (.failed("e0-0"), 9), .accepted),
        ] as [Row<(ProductEvent, Int64), Verdict>])
    func aCommandHoldsForTheVersionThatItWasDecidedOn(_ row: Row<(ProductEvent, Int64), Verdict>) {
        var story = Self.pending
        #expect(story.happened(row.input.0, expecting: row.input.1) == row.expected)
        #expect((story.product == Self.pending.product) == (row.expected != .accepted))
    }

    @Test func whatIsDeletedIsGoneWhateverTheVersion() {
        var story = Self.deleted
        #expect(story.happened(.updated(name: "Pot"), expecting: 1) == .voided(.gone))
    }

    @Test func aCreationHoldsForNoVersion() {
        var story = Story()
        #expect(story.happened(.created(), expecting: 5) == .accepted)
        #expect(story.product?.version == 1)
    }

    @Test func aProductIsAsItWasCreated() {
        let story = Story(.created(name: "Kettle", price: "0.1", images: ["http://a/1.png"]))
        #expect(
            story.product
                == Product(
                    id: .sample(7), userID: .sample(1), name: "Kettle", description: "Boils.", price: .sample("0.1"),
                    images: [ProductImage(id: ImageID("e0-0"), source: "http://a/1.png", state: .pending)], version: 1,
                    mediaRevision: 0, createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0),
                    isDeleted: false))
    }

    @Test func anEditChangesWhatItNames() {
        var story = Story(.created(name: "Kettle", price: "5", images: ["http://a/1.png"]))
        story.happened(.updated(name: "Pot"))
        story.happened(.updated(description: ""))
        story.happened(.updated(price: "6.5"))
        story.happened(.updated(images: []))
        let product = story.product
        #expect(product?.name == "Pot")
        #expect(product?.description == "")
        #expect(product?.price == .sample("6.5"))
        #expect(product?.images == [])
        #expect(product?.version == 5)
        #expect(product?.createdAt == Timestamp(milliseconds: 0))
        #expect(product?.updatedAt == Timestamp(milliseconds: 4000))
    }

    @Test func peopleCountVersionsAndTheCompressorCountsRevisions() {
        var story = Story(.created(images: ["http://a/1.png", "http://a/2.png"]))
        var counters: [String] = []
        for event in [
            .compressed(["e0-0"]), .updated(name: "Pot"), .failed("e0-1"), .compressed(["e0-0"]), .requested(["e0-1"]),
            .updated(name: "Pot"), .deleted(), .updated(name: "Pan"),
        ] as [ProductEvent] {
            story.happened(event)
            counters.append("\(story.product?.version ?? 0).\(story.product?.mediaRevision ?? 0)")
        }
        #expect(counters == ["1.1", "2.1", "2.2", "2.2", "2.3", "2.3", "3.3", "3.3"])
    }

    @Test func aDeletedProductIsRememberedAsItWas() {
        #expect(Self.deleted.product?.isDeleted == true)
        #expect(Self.deleted.product?.name == "Kettle")
        #expect(Self.deleted.product?.updatedAt == Timestamp(milliseconds: 1000))
    }
}
