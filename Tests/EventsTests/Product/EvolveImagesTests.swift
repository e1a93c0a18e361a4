import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct EvolveImagesTests {
    @Test func anAnswerIsTakenOnce() {
        var story = Story(.created(images: ["http://a/1.png"]), .compressed(["e0-0"], url: "http://s3/first.jpg"))
        #expect(story.happened(.compressed(["e0-0"], url: "http://s3/second.jpg")) == .voided(.alreadyAnswered))
        #expect(story.product?.compressedImages == ["http://s3/first.jpg"])
    }

    @Test func anAnswerThatIsPartlyLateCountsForTheRest() {
        var story = Story(.created(images: ["http://a/1.png", "http://a/2.png"]), .failed("e0-0"))
        #expect(story.happened(.compressed(["e0-0", "e0-1", "e9-9"])) == .accepted)
        #expect(story.images == ["e0-0 failed", "e0-1 compressed"])
        #expect(story.product?.mediaRevision == 2)
    }

    @Test func twoAnswersInOneEventCountOnce() {
        var story = Story(.created(images: ["http://a/1.png"]))
        let answers = [CompressedImage.sample(url: "http://s3/first.jpg"), .sample(url: "http://s3/second.jpg")]
        let event = ImagesCompressed(
            productID: .sample(7), images: answers.map { .init(id: ImageID("e0-0"), image: $0) })
        #expect(story.happened(.imagesCompressed(event)) == .accepted)
        #expect(story.product?.compressedImages == ["http://s3/first.jpg"])
    }

    @Test func compressedImagesAreShownInTheOrderOfTheProduct() {
        var story = Story(.created(images: ["http://a/1.png", "http://a/2.png", "http://a/3.png"]))
        story.happened(.compressed(["e0-2"], url: "http://s3/3.jpg"))
        story.happened(.failed("e0-1"))
        #expect(story.product?.compressedImages == ["http://s3/3.jpg"])
        story.happened(.compressed(["e0-0"], url: "http://s3/1.jpg"))
        #expect(story.product?.compressedImages == ["http://s3/1.jpg", "http://s3/3.jpg"])
    }

    @Test func anImageThatStaysKeepsWhatHasBecomeOfIt() {
        var story = Story(
            .created(images: ["http://a/1.png", "http://a/2.png", "http://a/3.png"]), .compressed(["e0-0"]),
            .failed("e0-1"))
        story.happened(.updated(images: ["http://a/3.png", "http://a/4.png", "http://a/1.png"]))
        #expect(story.images == ["e0-2 pending", "e3-1 pending", "e0-0 compressed"])
    }

    @Test func anAddressThatIsGivenTwiceIsTwoImages() {
        var story = Story(.created(images: ["http://a/1.png", "http://a/1.png"]), .compressed(["e0-1"]))
        #expect(story.images == ["e0-0 pending", "e0-1 compressed"])
        story.happened(.updated(images: ["http://a/1.png", "http://a/1.png", "http://a/1.png"]))
        #expect(story.images == ["e0-0 pending", "e0-1 compressed", "e2-2 pending"])
        story.happened(.updated(images: ["http://a/1.png"]))
        #expect(story.images == ["e0-0 pending"])
    }

    @Test func aLateAnswerForAnImageThatWasTakenAwayIsVoided() {
        var story = Story(.created(images: ["http://a/1.png"]), .updated(images: []))
        #expect(story.happened(.compressed(["e0-0"])) == .voided(.unknownImage))
        #expect(story.happened(.failed("e0-0")) == .voided(.unknownImage))
    }

    @Test func aLateAnswerForAnImageThatWasTakenAwayAndGivenAgainIsVoided() {
        var story = Story(
            .created(images: ["http://a/1.png"]), .updated(images: []), .updated(images: ["http://a/1.png"]))
        #expect(story.happened(.compressed(["e0-0"])) == .voided(.unknownImage))
        #expect(story.images == ["e2-0 pending"])
        #expect(story.happened(.compressed(["e2-0"])) == .accepted)
    }

    @Test func anImageThatIsRequestedAgainWaitsForAnotherAnswer() {
        var story = Story(
            .created(images: ["http://a/1.png", "http://a/2.png"]), .compressed(["e0-0"]), .failed("e0-1"))
        #expect(story.happened(.requested(["e0-1", "e9-9"])) == .accepted)
        #expect(story.images == ["e0-0 compressed", "e0-1 pending"])
        #expect(story.happened(.compressed(["e0-1"])) == .accepted)
        #expect(story.images == ["e0-0 compressed", "e0-1 compressed"])
    }

    @Test func aPictureStaysUntilTheNewOneIsThere() {
        var story = Story(.created(images: ["http://a/1.png"]), .compressed(["e0-0"], url: "http://s3/first.jpg"))
        #expect(story.happened(.requested(["e0-0"])) == .accepted)
        #expect(story.product?.compressedImages == ["http://s3/first.jpg"])
        #expect(story.product?.images.first?.isAwaited == true)
        #expect(story.happened(.compressed(["e0-0"], url: "http://s3/second.jpg")) == .accepted)
        #expect(story.product?.compressedImages == ["http://s3/second.jpg"])
        story.happened(.requested(["e0-0"]))
        #expect(story.happened(.failed("e0-0")) == .accepted)
        #expect(story.images == ["e0-0 compressed"], "what cannot be made again is kept")
        #expect(story.product?.images.first?.isAwaited == false)
    }

    @Test func anUploadIsTheLastImage() {
        var story = Story(.created(images: ["http://a/1.png"]), .uploaded())
        #expect(story.product?.images.map(\.source) == ["http://a/1.png", UploadID.sample.source])
        #expect(story.product?.version == 2)
        #expect(story.happened(.compressed(["e1-0"])) == .accepted)
        #expect(story.happened(.removed("e0-0")) == .accepted)
        #expect(story.images == ["e1-0 compressed"])
        #expect(story.product?.version == 3)
    }

    @Test func anEventWithAGreatManyImagesTakesLinearTime() {
        let sources = (0..<100_000).map { "http://a/\($0).png" }
        let ids = sources.indices.map { "e0-\($0)" }
        var story = Story(.created(images: sources))
        #expect(story.happened(.updated(images: sources.reversed())) == .accepted)
        #expect(story.happened(.compressed(ids)) == .accepted)
        #expect(story.happened(.requested(ids)) == .accepted)
        #expect(story.product?.images.first?.id == ImageID("e0-99999"))
    }
}
