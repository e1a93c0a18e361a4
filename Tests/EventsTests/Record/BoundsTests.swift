import Events
import JSON
import Testing

/// The bounds of the API hold for events of other writers, too: the fold refuses an event that exceeds them.
@Suite(.timeLimit(.minutes(20)))
struct BoundsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: EventType
        let pointer: String
        let json: String
        /// Nil when the event is within the bounds.
        let reason: String?
    }

    private static func text(_ count: Int, _ character: String = "é") -> String {
        "\"\(String(repeating: character, count: count))\""
    }

    private static func array(_ count: Int, _ element: String) -> String {
        "[\(Array(repeating: element, count: count).joined(separator: ","))]"
    }

    static let cases: [Case] = [
        Case("200 characters are a name", .productCreated, "/product_name", text(200), nil),
        Case("201 are none", .productCreated, "/product_name", text(201), "has more than 200 characters"),
        Case("an empty name is none", .productUpdated, "/product_name", "\"\"", "is empty"),
        Case(
            "a character has a bounded number of bytes", .productCreated, "/product_name",
            text(1, "e" + String(repeating: "\u{301}", count: 4000)), "has more than 200 characters"),
        Case(
            "10,001 characters are no description", .productUpdated, "/product_description", text(10_001),
            "has more than 10000 characters"),
        Case("20 images are allowed", .productCreated, "/product_images", array(20, "\"http://a/\""), nil),
        Case(
            "10,000 images are not", .productCreated, "/product_images", array(10_000, "\"http://a/\""),
            "has more than 20 elements"),
        Case(
            "nor in an edit", .productUpdated, "/product_images", array(21, "\"http://a/\""),
            "has more than 20 elements"),
        Case(
            "an address has 2048 bytes", .productCreated, "/product_images", "[\(text(2049, "a"))]",
            "has more than 2048 bytes"),
        Case("places are bounded", .productUpdated, "/new_images", array(21, "0"), "has more than 20 elements"),
        Case("a price is not negative", .productCreated, "/product_price", "-1", "is not an amount"),
        Case("a price can be 0", .productCreated, "/product_price", "0", nil),
        Case(
            "a request is bounded", .imagesCompressionRequested, "/images", array(21, "{}"),
            "has more than 20 elements"),
        Case("an answer is bounded", .imagesCompressed, "/images", array(101, "{}"), "has more than 100 elements"),
        Case("101 characters are no user's name", .userRegistered, "/name", text(101), "has more than 100 characters"),
    ]

    @Test(arguments: cases) func anEventIsWithinTheBoundsOfTheAPI(_ example: Case) throws {
        let golden = try JSONDocument(parsing: example.type.golden()).root
        let data = golden.text(replacing: example.pointer, by: example.json)
        var fault: EventFault?
        do { _ = try example.type.rewritten(data) } catch { fault = error as? EventFault }
        guard let reason = example.reason else { return #expect(fault == nil) }
        guard case .invalid(let place, let found) = fault else { return #expect(fault != nil, "it is accepted") }
        #expect(place.hasPrefix(example.pointer) && found == reason)
    }
}

extension BoundsTests.Case {
    fileprivate init(_ description: String, _ type: EventType, _ pointer: String, _ json: String, _ reason: String?) {
        self.init(testDescription: description, type: type, pointer: pointer, json: json, reason: reason)
    }
}
