import JSON
import Testing

@testable import Events

@Suite(.timeLimit(.minutes(20)))
struct ImageURLTests {
    /// Stands for the parser of the program that requests the addresses.
    static let parser: ImageURL.Parser = { (text) throws(ImageURL.Fault) in
        guard text.hasPrefix("http") else { throw ImageURL.Fault("must be an http or https URL") }
        return text.replacing(" ", with: "%20")
    }

    @Test func anAddressIsStoredInTheParsersForm() throws {
        #expect(try ImageURL.read("http://a/b c", Self.parser) == "http://a/b%20c")
        #expect(throws: ImageURL.Fault("must be an http or https URL")) { try ImageURL.read("ftp://a/", Self.parser) }
    }

    @Test(arguments: [
        ("x", 2039, true), ("x", 2040, false), (" ", 679, true), (" ", 680, false), ("é", 1_000_000, false),
    ])
    func bothSpellingsHaveALimit(_ row: (text: String, count: Int, isAccepted: Bool)) {
        let text = "http://a/" + String(repeating: row.text, count: row.count)
        #expect(((try? ImageURL.read(text, Self.parser)) != nil) == row.isAccepted)
    }

    @Test func aKnownAddressStaysAsItIs() throws {
        let story = Story(.created(images: ["http://a/old one.png"]))
        let document = try JSONDocument(
            parsing: Array(#"{"product_images":["http://a/old one.png","http://a/new one.png"]}"#.utf8))
        let edit = try EditProduct(merging: document.root, into: story.product, imageURL: Self.parser)
        let product = try #require(story.product)
        #expect(edit.decide(product).images == ["http://a/old one.png", "http://a/new%20one.png"])
    }
}
