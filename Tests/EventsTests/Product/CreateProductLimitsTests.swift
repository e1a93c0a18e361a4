import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct CreateProductLimitsTests {
    /// One character each, of 1 to 7 code points.
    private static let characters = ["x", "é", "e\u{301}", "漢", "😀", "🇩🇰", "👩‍👩‍👧‍👦", "z\u{335}\u{321}\u{353}"]

    private static func faults(_ field: String, _ json: String) throws -> [String] {
        try CreateProductTests.faults(CreateProductTests.document([field: json]))
    }

    /// Characters are counted as JSON Schema counts them, and not as Swift does.
    @Test(
        arguments: characters, [("product_name", 200), ("product_description", 10_000)])
    func aTextIsCountedInCodePoints(_ character: String, _ row: (field: String, maximum: Int)) throws {
        let count = row.maximum / character.unicodeScalars.count
        let longest = String(repeating: character, count: count)
        let rest = String(repeating: "-", count: row.maximum - longest.unicodeScalars.count)
        #expect(try Self.faults(row.field, "\"\(longest)\(rest)\"") == [])
        #expect(try Self.faults(row.field, "\"\(longest)\(rest)\u{301}\"") == ["/\(row.field) too-long"])
    }

    /// The suite's time limit would fail this test: comparing these texts as strings takes time that grows with the
    /// square of their length.
    @Test func hostileTextsTakeLinearTime() throws {
        let marks = String(repeating: "\u{315}\u{300}\u{5AE}", count: 150_000)
        #expect(try Self.faults("product_images", "[\"\(marks)\"]") == ["/product_images/0 invalid-url"])
        let unknown = try CreateProductTests.faults(
            "{\"user_id\":1,\"product_name\":\"x\",\"product_price\":1,\"\(marks)\":1}")
        #expect(unknown.map(\.utf8.count) == ["/\(marks) unknown-field".utf8.count])
        #expect(try Self.faults("product_name", "\"\(marks)\"") == ["/product_name too-long"])
    }

    @Test func anEmptyDescriptionIsOne() throws {
        #expect(try Self.faults("product_description", #""""#) == [])
    }

    @Test func imagesAreCounted() throws {
        let one = #""http://a/1.png""#
        let most = Array(repeating: one, count: 20)
        #expect(try Self.faults("product_images", "[\(most.joined(separator: ","))]") == [])
        #expect(
            try Self.faults("product_images", "[\((most + [one]).joined(separator: ","))]")
                == ["/product_images too-many"])
        #expect(try Self.faults("product_images", "[]") == [])
    }

    @Test func tooManyImagesAreNotLookedAtOneByOne() throws {
        let many = Array(repeating: "1", count: 100_000).joined(separator: ",")
        #expect(try Self.faults("product_images", "[\(many)]") == ["/product_images too-many"])
    }

    @Test func pricesHaveEdges() throws {
        #expect(try Self.faults("product_price", "0.01") == [])
        #expect(try Self.faults("product_price", "99999999.99") == [])
    }

    @Test func usersHaveEdges() throws {
        #expect(try Self.faults("user_id", "1") == [])
        #expect(try Self.faults("user_id", "9007199254740991") == [])
    }
}
