import Events
import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct EditProductTests {
    private static let kettle = Story(
        .created(name: "Kettle", price: "5", images: ["http://a/1.png", "http://a/2.png"])
    ).product!

    private static func replaced(_ text: String, _ product: Product = kettle) throws -> ProductUpdated {
        try EditProduct(
            replacing: JSONDocument(parsing: Array(text.utf8)).root, of: product, imageURL: ImageURLTests.parser
        ).decide(product)
    }

    private static func merged(_ text: String, _ product: Product = kettle) throws -> ProductUpdated {
        try EditProduct(
            merging: JSONDocument(parsing: Array(text.utf8)).root, into: product, imageURL: ImageURLTests.parser
        ).decide(product)
    }

    private static func faults(_ read: () throws -> ProductUpdated) -> [String] {
        do {
            _ = try read()
            return []
        } catch {
            return (error as? InvalidDocument)?.faults.map { "\($0.pointer) \($0.code.rawValue)" } ?? ["\(error)"]
        }
    }

    @Test func aWholeDocumentThatSaysWhatIsThereChangesNothing() throws {
        let same = """
            {"product_name":"Kettle","product_description":"Boils.","product_price":5.00,
            "product_images":["http://a/1.png","http://a/2.png"]}
            """
        #expect(try Self.replaced(same).isEmpty)
    }

    @Test func aWholeDocumentEmptiesWhatItLeavesOut() throws {
        let updated = try Self.replaced(#"{"product_name":"Pot","product_price":5,"user_id":1}"#)
        #expect(
            updated
                == ProductUpdated(
                    productID: .sample(7), name: "Pot", description: "", images: [], newImages: [], owner: .sample(1)))
    }

    @Test func aPatchLeavesWhatItDoesNotName() throws {
        #expect(try Self.merged("{}").isEmpty)
        #expect(
            try Self.merged(#"{"product_price":5.5}"#) == ProductUpdated(productID: .sample(7), price: .sample("5.5")))
    }

    @Test func nullEmptiesWhatMayBeLeftOut() throws {
        let updated = try Self.merged(#"{"product_description":null,"product_images":null}"#)
        #expect(
            updated
                == ProductUpdated(productID: .sample(7), description: "", images: [], newImages: [], owner: .sample(1)))
    }

    @Test(
        arguments: [
            Row("a name that is null", #"{"product_name":null}"#, ["/product_name wrong-type"]),
            Row("a price that is null", #"{"product_price":null}"#, ["/product_price wrong-type"]),
            Row("another owner", #"{"user_id":2}"#, ["/user_id immutable"]),
            Row("a field that is none", #"{"sku":2}"#, ["/sku unknown-field"]),
            Row("no object", "[]", [" wrong-type"]),
            Row(
                "an upload of somebody else",
                #"{"product_images":["urn:warelog:upload:0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f32"]}"#,
                ["/product_images/0 invalid-url"]),
        ] as [Row<String, [String]>])
    func whatIsWrongIsNamed(_ row: Row<String, [String]>) {
        #expect(Self.faults { try Self.merged(row.input) } == row.expected)
    }

    private static let busy = Story(
        .created(name: "Kettle", price: "5", images: ["http://a/1.png", "http://a/2.png"]), .compressed(["e0-0"])
    ).product!

    private static func shown(_ product: Product, _ changes: [(String, String)] = []) -> String {
        let text = String(decoding: ProductDocument(product).json, as: UTF8.self)
        return changes.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// A document that a read returned may be written, in any spelling and at any stage of its images.
    @Test(
        arguments: [
            [], [("\"pending\"", "\"fetching\"")],
            [("\"pending\"", "\"pending\",\"attempts\":2,\"next_attempt_at\":\"2026-11-21T08:30:00.000Z\"")],
            [(".000Z\"", ".000000Z\"")], [("\"version\":1", "\"version\": 1 ")], [("image/jpeg", "image\\/jpeg")],
            [("\"media_revision\":1", "\"media_revision\":0"), ("\"compressed\"", "\"processing\"")],
        ] as [[(String, String)]])
    func whatAReadReturnedChangesNothing(_ changes: [(String, String)]) throws {
        let document = Self.shown(Self.busy, changes)
        #expect(try Self.replaced(document, Self.busy).isEmpty)
        #expect(try Self.merged(document, Self.busy).isEmpty)
    }

    @Test(
        arguments: [
            ("\"id\":7", "\"id\":8", "id"), ("\"id\":7", "\"id\":null", "id"), ("\"id\":7", "\"id\":\"7\"", "id"),
            ("\"version\":1", "\"version\":2", "version"),
            ("\"media_revision\":1", "\"media_revision\":2", "media_revision"),
            ("\"media_revision\":1", "\"media_revision\":-1", "media_revision"),
            ("\"created_at\":\"1", "\"created_at\":\"2", "created_at"),
            ("\"updated_at\":\"1", "\"updated_at\":\"2", "updated_at"), ("e0-0", "e0-7", "images"),
            ("\"pending\"", "\"failed\"", "images"),
            ("\"compressed_product_images\":[", "\"compressed_product_images\":[\"x\",", "compressed_product_images"),
        ])
    func whatTheServiceSetsCannotBeChanged(_ row: (old: String, new: String, member: String)) {
        let document = Self.shown(Self.busy, [(row.old, row.new)])
        #expect(document != Self.shown(Self.busy))
        let faults = ["/\(row.member) immutable"]
        #expect(Self.faults { try Self.replaced(document, Self.busy) } == faults)
        #expect(Self.faults { try Self.merged(document, Self.busy) } == faults)
    }

    @Test func onlyNewImagesNeedWork() throws {
        let updated = try Self.merged(#"{"product_images":["http://a/3.png","http://a/1.png","http://a/1.png"]}"#)
        #expect(updated.newImages == [0, 2])
    }

    @Test func anUploadIsKeptByItsSource() throws {
        var story = Story(.created(), .uploaded())
        let patch = #"{"product_name":"Pot","product_images":["\#(UploadID.sample.source)"]}"#
        let updated = try Self.merged(patch, #require(story.product))
        #expect(updated == ProductUpdated(productID: .sample(7), name: "Pot"))
        story.happened(.updated(updated))
        #expect(story.images == ["e1-0 pending"])
    }

    @Test func twoSpellingsOfOneLetterAreTwoTexts() throws {
        let composed = Story(.created(name: "Caf\u{E9}")).product!
        let updated = try Self.merged(#"{"product_name":"Cafe\u0301"}"#, composed)
        #expect(updated.name?.utf8.elementsEqual("Cafe\u{301}".utf8) == true)
    }
}
