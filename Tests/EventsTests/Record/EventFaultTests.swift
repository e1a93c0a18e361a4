import Events
import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct EventFaultTests {
    @Test(
        arguments: [
            Row("an unknown type", .unknownType("a.v2"), "unknown event type a.v2"),
            Row("a critical one", .criticalUnknownType("a.v2"), "unknown event type a.v2, marked critical"),
            Row("text that is not JSON", .malformed(.tooDeep(limit: 32)), "data: the nesting is deeper than 32"),
            Row("something missing", .missing("/product_id"), "/product_id is missing"),
            Row("something wrong", .invalid("ce_id", "occurs twice"), "ce_id occurs twice"),
        ] as [Row<EventFault, String>])
    func aFaultSaysWhatIsWrong(_ row: Row<EventFault, String>) {
        #expect(row.input.description == row.expected)
    }
}
