import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct CreateProductLimitsTests {
    /// One character each, of 1 to 25 bytes.
    private static let characters = ["x", "é", "e\u{301}", "漢", "🇩🇰", "👩‍👩‍👧‍👦", "z\u{335}\u{321}\u{353}"]

    private static func faults(_ field: String, _ json: String) throws -> [String] {
        try CreateProductTests.faults(CreateProductTests.document([field: json]))
    }

    @Test(arguments: characters)
    func aNameIsCountedInCharacters(_ character: String) throws {
        let longest = String(repeating: character, count: 200)
        #expect(try Self.faults("product_name", "\"\(longest)\"") == [])
        #expect(try Self.faults("product_name", "\"\(longest)\(character)\"") == ["/product_name too-long"])
    }

    @Test(arguments: characters)
    func aDescriptionIsCountedInCharacters(_ character: String) throws {
        let longest = String(repeating: character, count: 10_000)
        #expect(try Self.faults("product_description", "\"\(longest)\"") == [])
        #expect(
            try Self.faults("product_description", "\"\(longest)\(character)\"")
                == ["/product_description too-long"])
    }

    /// One character can be of any length: what is stored is bounded all the same.
    @Test(arguments: ["product_name", "product_description"])
    func aTextIsBoundedInBytes(_ field: String) throws {
        let bytes = field == "product_name" ? 200 * 32 : 10_000 * 32
        let longest = "e" + String(repeating: "\u{301}", count: (bytes - 2) / 2) + "x"
        #expect(longest.count == 2 && longest.utf8.count == bytes)
        #expect(try Self.faults(field, "\"\(longest)\"") == [])
        #expect(try Self.faults(field, "\"\(longest)x\"") == ["/\(field) too-long"])
    }

    /// The suite's time limit is what fails: comparing these as strings takes the square of their length.
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
