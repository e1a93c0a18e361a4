import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct EventTypeTests {
    @Test(arguments: EventType.allCases)
    func theNameOfATypeIsReadBack(_ type: EventType) {
        #expect(EventType(name: type.name) == type)
    }

    @Test func namesOnTheWireNeverChange() {
        #expect(
            EventType.allCases.map(\.name) == [
                "warelog.ProductCreated.v1", "warelog.ProductUpdated.v1", "warelog.ProductDeleted.v1",
                "warelog.ProductImageUploaded.v1", "warelog.ProductImageRemoved.v1",
                "warelog.ImagesCompressed.v1", "warelog.ImageCompressionFailed.v1",
                "warelog.ImagesCompressionRequested.v1", "warelog.UserRegistered.v1",
            ])
    }

    @Test(arguments: [
        "", "ProductCreated", "warelog.ProductCreated.v2", "warelog.productcreated.v1", "warelog.ProductCreated.v1 ",
    ])
    func aNameThatIsNoTypeIsNone(_ name: String) {
        #expect(EventType(name: name) == nil)
    }
}
