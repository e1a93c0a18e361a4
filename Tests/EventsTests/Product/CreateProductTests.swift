import Events
import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct CreateProductTests {
    /// A document with the required members, apart from `changes`; nil removes a member.
    static func document(_ changes: [String: String?]) -> String {
        var members = ["user_id": "1", "product_name": #""Kettle""#, "product_price": "99.99"]
        for (name, json) in changes { members[name] = json }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    static func command(_ json: String) throws -> CreateProduct {
        try CreateProduct(JSONDocument(parsing: Array(json.utf8)).root, imageURL: ImageURLTests.parser)
    }

    /// Each fault as its pointer and code.
    static func faults(_ json: String) throws -> [String] {
        do {
            _ = try command(json)
            return []
        } catch let invalid as InvalidDocument {
            for fault in invalid.faults { #expect(!fault.detail.isEmpty) }
            return invalid.faults.map { "\($0.pointer) \($0.code.rawValue)" }
        }
    }

    @Test func aDocumentIsACommand() throws {
        let command = try Self.command(
            #"""
            {"user_id":1,"product_name":"Sample Product","product_description":"…","product_price":99.99,
             "product_images":["http://a/1.png","https://b/2.png"]}
            """#)
        let event = command.decide(.sample(7))
        #expect(
            event
                == .created(
                    ProductCreated(
                        productID: .sample(7), userID: .sample(1), name: "Sample Product", description: "…",
                        price: .sample("99.99"), images: ["http://a/1.png", "https://b/2.png"])))
    }

    @Test func whatIsOptionalMayBeAbsent() throws {
        let command = try Self.command(Self.document([:]))
        #expect(command.description == "")
        #expect(command.images == [])
    }

    /// Clients create products with documents that they have read somewhere else, or with an id of their own.
    @Test func whatTheServiceSetsIsIgnored() throws {
        let document = Self.document([
            "id": "1", "version": "7", "media_revision": "-1", "images": "[]", "compressed_product_images": "null",
            "created_at": #""yesterday""#, "updated_at": "{}",
        ])
        #expect(try Self.command(document) == Self.command(Self.document([:])))
    }

    @Test(arguments: ["0", "-0", "0.00", "0e5"])
    func nothingIsAPrice(_ price: String) throws {
        #expect(try Self.command(Self.document(["product_price": price])).price == .sample("0"))
    }

    @Test(arguments: ["x", "\u{200B}x", "\u{301}", "\u{1F3F4}", "\u{FE0F}\u{2764}", "\u{10FFFF}"])
    func aNameMayHaveInvisibleCharactersBesideOthers(_ name: String) throws {
        #expect(try Self.command(Self.document(["product_name": "\"\(name)\""])).name == name)
    }

    @Test(
        arguments: [
            Row("not an object but a list", "[]", [" wrong-type"]),
            Row("not an object but null", "null", [" wrong-type"]),
            Row("not an object but text", #""user_id""#, [" wrong-type"]),
            Row(
                "an empty object lacks all that is required", "{}",
                ["/user_id required", "/product_name required", "/product_price required"]),
            Row(
                "every member null",
                document([
                    "user_id": "null", "product_name": "null", "product_description": "null", "product_price": "null",
                    "product_images": "null",
                ]),
                [
                    "/user_id wrong-type", "/product_name wrong-type", "/product_description wrong-type",
                    "/product_price wrong-type", "/product_images wrong-type",
                ]),
            Row(
                "all faults are told, not the first only",
                """
                {"user_id":0,"product_name":"","product_price":-1,"product_images":["ftp://a","http://a/","",7],"x":1}
                """,
                [
                    "/x unknown-field", "/user_id out-of-range", "/product_name empty", "/product_price not-positive",
                    "/product_images/0 invalid-url", "/product_images/2 invalid-url", "/product_images/3 wrong-type",
                ]),

            Row("a user by name", document(["user_id": #""1""#]), ["/user_id wrong-type"]),
            Row("user nought", document(["user_id": "0"]), ["/user_id out-of-range"]),
            Row("a negative user", document(["user_id": "-1"]), ["/user_id out-of-range"]),
            Row("half a user", document(["user_id": "1.5"]), ["/user_id out-of-range"]),
            Row(
                "a user beyond what JSON can carry", document(["user_id": "9007199254740992"]),
                ["/user_id out-of-range"]),
            Row("a user beyond all", document(["user_id": "1e400"]), ["/user_id out-of-range"]),
            Row("true for a user", document(["user_id": "true"]), ["/user_id wrong-type"]),

            Row("no name", document(["product_name": nil]), ["/product_name required"]),
            Row("an empty name", document(["product_name": #""""#]), ["/product_name empty"]),
            Row("a number for a name", document(["product_name": "7"]), ["/product_name wrong-type"]),
            Row("NUL in a name", document(["product_name": #""a\u0000b""#]), ["/product_name forbidden-character"]),
            Row(
                "NUL in a description", document(["product_description": #""\u0000""#]),
                ["/product_description forbidden-character"]),
            Row(
                "a list for a description", document(["product_description": "[]"]), ["/product_description wrong-type"]
            ),

            Row("a price as text", document(["product_price": #""99.99""#]), ["/product_price wrong-type"]),
            Row("less than nothing", document(["product_price": "-0.01"]), ["/product_price not-positive"]),
            Row("a third decimal", document(["product_price": "9.999"]), ["/product_price too-precise"]),
            Row("next to nothing", document(["product_price": "1e-400"]), ["/product_price too-precise"]),
            Row("one cent too many", document(["product_price": "100000000"]), ["/product_price out-of-range"]),
            Row("a price beyond all", document(["product_price": "1e400"]), ["/product_price out-of-range"]),
            Row(
                "an exponent that fills a machine word", document(["product_price": "1e9223372036854775807"]),
                ["/product_price out-of-range"]),

            Row("text for images", document(["product_images": #""http://a/""#]), ["/product_images wrong-type"]),
            Row(
                "no image is text", document(["product_images": "[null,1,{},[]]"]),
                [
                    "/product_images/0 wrong-type", "/product_images/1 wrong-type", "/product_images/2 wrong-type",
                    "/product_images/3 wrong-type",
                ]),

            Row("an unknown field", document(["colour": "7"]), ["/colour unknown-field"]),
            Row("a field in another case", document(["User_ID": "7"]), ["/User_ID unknown-field"]),
            Row("one that the service sets, in another case", document(["ID": "7"]), ["/ID unknown-field"]),
            Row("an unknown field whose name is a pointer", document(["a/b~c": "7"]), ["/a~1b~0c unknown-field"]),
            Row("an unknown field without a name", document(["": "7"]), ["/ unknown-field"]),
            Row("an unknown field that is null", document(["sku": "null"]), ["/sku unknown-field"]),
            Row("a name of spaces", document(["product_name": #"" \t\u00a0\u3000\u2003""#]), ["/product_name empty"]),
            Row(
                "a name of ignored characters", document(["product_name": #""\u200b\ufeff\u00ad\u3164""#]),
                ["/product_name empty"]),
            Row(
                "a name of controls and a blank pattern", document(["product_name": #""\u0007\u2800\u0085""#]),
                ["/product_name empty"]),
        ] as [Row<String, [String]>])
    func everyFaultHasItsPointerAndCode(_ row: Row<String, [String]>) throws {
        #expect(try Self.faults(row.input) == row.expected)
    }
}
