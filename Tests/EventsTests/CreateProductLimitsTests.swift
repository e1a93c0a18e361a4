import Events
import Testing

@Suite(.timeLimit(.minutes(1)))
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
        #expect(try Self.faults("product_description", "\"\(longest)\(character)\"")
                == ["/product_description too-long"])
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
