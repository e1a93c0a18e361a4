import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct IdentifierTests {
    @Test(
        arguments: [
            Row("the first", "1", 1),
            Row("the last is the greatest that every JSON reader holds", "9007199254740991", 9_007_199_254_740_991),
            Row("one beyond the last is none", "9007199254740992", nil),
            Row("zero is none", "0", nil),
            Row("nothing is none", "", nil),
            Row("a leading zero would be a second spelling", "01", nil),
            Row("a plus sign would be a second spelling", "+1", nil),
            Row("a minus sign is none", "-1", nil),
            Row("white space is none", " 1", nil),
            Row("digits of another script are none", "١", nil),
            Row("a combining mark makes it none", "1\u{301}", nil),
            Row("more digits than any number has", String(repeating: "9", count: 100_000), nil),
            Row("a decimal is none", "1.0", nil),
        ] as [Row<String, Int64?>])
    func textIsReadInOneSpellingOnly(_ row: Row<String, Int64?>) {
        let identifier = ProductID(row.input)
        #expect(identifier?.value == row.expected)
        if let identifier { #expect(identifier.description == row.input) }
    }

    @Test(arguments: [
        Row("the first", 1, true), Row("the last", ProductID.maximum, true), Row("zero", 0, false),
        Row("a negative one", -1, false), Row("one beyond the last", ProductID.maximum + 1, false),
        Row("the least integer", Int64.min, false), Row("the greatest integer", Int64.max, false),
    ])
    func integersHaveARange(_ row: Row<Int64, Bool>) {
        #expect((ProductID(row.input) != nil) == row.expected)
    }

    @Test func theyAreOrderedByTheirNumber() {
        #expect(ProductID.sample(9) < ProductID.sample(10))
        #expect(!(ProductID.sample(10) < ProductID.sample(10)))
    }

    @Test(
        arguments: [
            Row("the remainder chooses", (10, 4), 2), Row("one partition holds all", (10, 1), 0),
            Row("the last id has one too", (ProductID.maximum, Int32.max), 4_194_303),
            Row("a count that no log has traps nothing", (10, 0), 0),
            Row("nor does a negative one", (10, -3), 0),
        ] as [Row<(Int64, Int32), Int32>])
    func thePartitionFollowsFromTheNumber(_ row: Row<(Int64, Int32), Int32>) {
        #expect(ProductID.sample(row.input.0).partition(of: row.input.1) == row.expected)
    }
}
