import Events
import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct DeadLetterTests {
    private static let letter = DeadLetter(
        id: EventID("e3-0-answer-3"), productID: .sample(7), imageID: ImageID("e3-0"), source: "http://a/1.png",
        failure: ImageFailure(reason: "timeout", detail: "no complete answer in time", attempts: 8),
        asked: LogPosition(partition: 2, offset: 3), time: Timestamp(milliseconds: 1_795_246_200_000))

    @Test func aLetterIsReadBackTheSame() throws {
        #expect(try DeadLetter(data: Self.letter.data) == Self.letter)
    }

    @Test func aLetterIsAsItsSchemaSays() throws {
        let schema = try JSONDocument(parsing: Repository.bytes("schema/dead-letters/ImageDeadLetter.v1.json")).root
        let letter = try JSONDocument(parsing: Self.letter.data).root
        #expect(schema["required"]?.elements.compactMap(\.string) == letter.members.map(\.key))
        #expect(schema["properties"]?.members.map(\.key) == letter.members.map(\.key))
    }

    @Test func whatALetterLacksIsNamed() throws {
        let root = try JSONDocument(parsing: Self.letter.data).root
        for pointer in root.memberPointers() {
            #expect(throws: EventFault.missing(pointer)) {
                try DeadLetter(data: root.text(replacing: pointer, by: nil))
            }
        }
        #expect(throws: EventFault.invalid("/time", "is not a time in UTC")) {
            try DeadLetter(data: root.text(replacing: "/time", by: #""yesterday""#))
        }
    }
}
