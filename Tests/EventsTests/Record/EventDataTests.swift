import Events
import JSON
import SeededRandom
import Testing

/// The data of every event type, as in its golden file, apart from one change.
@Suite(.timeLimit(.minutes(20)))
struct EventDataTests {
    /// Members that are absent if an edit did not change them.
    private static let optional: Set = [
        "/product_name", "/product_description", "/product_price", "/product_images", "/new_images", "/user_id",
    ]

    private static func isOptional(_ pointer: String, in type: EventType) -> Bool {
        (type == .productUpdated && optional.contains(pointer))
            || (type == .productImageUploaded && pointer == "/user_id")
            || pointer.hasSuffix("/declared_format")
    }

    private static func fault(_ type: EventType, _ data: [UInt8]) -> EventFault? {
        do {
            _ = try type.rewritten(data)
            return nil
        } catch { return error as? EventFault }
    }

    @Test(arguments: EventType.allCases)
    func aMemberThatIsMissingIsNamed(_ type: EventType) throws {
        let root = try JSONDocument(parsing: type.golden()).root
        for pointer in root.memberPointers() {
            let expected: EventFault? = Self.isOptional(pointer, in: type) ? nil : .missing(pointer)
            #expect(Self.fault(type, root.text(replacing: pointer, by: nil)) == expected)
        }
    }

    @Test(arguments: EventType.allCases)
    func aMemberOfAnotherKindIsNamed(_ type: EventType) throws {
        let root = try JSONDocument(parsing: type.golden()).root
        for pointer in root.memberPointers() {
            for json in ["null", "true", "-1", "1e400", #""text""#, "[null]", "{}"] {
                let data = root.text(replacing: pointer, by: json)
                switch Self.fault(type, data) {
                case .invalid(let named, _):
                    #expect(named == pointer || named == "\(pointer)/0")
                case nil where json == #""text""# || (json == "true" && root.isFlag(pointer)):
                    // A text stays a text and a flag stays a flag; every other value is a fault.
                    #expect(try JSONDocument(parsing: type.rewritten(data)).root.memberPointers().contains(pointer))
                case let fault:
                    Issue.record("\(json) at \(pointer): \(String(describing: fault))")
                }
            }
        }
    }

    @Test(arguments: EventType.allCases)
    func membersOfNewerWritersAreIgnored(_ type: EventType) throws {
        let golden = try type.golden()
        let written = try type.rewritten(golden)
        let newer = Array(#"{"colour":{"product_id":null},"#.utf8) + golden.dropFirst()
        #expect(try type.rewritten(newer) == written)
    }

    @Test(arguments: EventType.allCases)
    func whatIsNoObjectIsNoData(_ type: EventType) throws {
        #expect(Self.fault(type, Array("[]".utf8)) == .invalid("data", "is not an object"))
        #expect(Self.fault(type, Array("7".utf8)) == .invalid("data", "is not an object"))
    }

    @Test(arguments: EventType.allCases)
    func whatIsNotJSONIsNoData(_ type: EventType) throws {
        let golden = try type.golden()
        for data in [[], Array(golden.dropLast(2)), golden + golden, [0xFF, 0xFE], Array("{\"a\":1,\"a\":2}".utf8)] {
            guard case .malformed = Self.fault(type, data) else {
                Issue.record("\(data) is read")
                continue
            }
        }
    }

    @Test(arguments: EventType.allCases)
    func anyByteMayBeWrongAndNothingTraps(_ type: EventType) throws {
        let golden = try type.golden()
        var random = SeededGenerator(seed: 3)
        for index in golden.indices {
            var data = golden
            data[index] = UInt8.random(in: 0...255, using: &random)
            if Self.fault(type, data) == nil {
                let written = try type.rewritten(data)
                #expect(try type.rewritten(written) == written)
            }
        }
    }

    @Test(
        arguments: [
            Row(
                "NUL in text", (.productCreated, "/product_name", #""a\u0000""#),
                .invalid("/product_name", "contains NUL")),
            Row(
                "NUL in a list of text", (.productCreated, "/product_images", #"["a","\u0000"]"#),
                .invalid("/product_images/1", "contains NUL")),
            Row(
                "a third decimal", (.productCreated, "/product_price", "9.999"),
                .invalid("/product_price", "is not an amount")),
            Row(
                "a price as text", (.productUpdated, "/product_price", #""9""#),
                .invalid("/product_price", "is not a number")),
            Row(
                "product nought", (.productDeleted, "/product_id", "0"), .invalid("/product_id", "is not an identifier")
            ),
            Row(
                "a number that no identifier is", (.productDeleted, "/product_id", "9007199254740992"),
                .invalid("/product_id", "is not an identifier")),
            Row(
                "half a pixel", (.imagesCompressed, "/images/0/renditions/1/width", "0.5"),
                .invalid("/images/0/renditions/1/width", "is not a count")),
            Row(
                "a flag of numbers", (.imagesCompressed, "/images/0/animated", "1"),
                .invalid("/images/0/animated", "is not true or false")),
            Row(
                "more attempts than there are", (.imageCompressionFailed, "/attempts", "9223372036854775808"),
                .invalid("/attempts", "is not a count")),
            Row("an object for a list", (.imagesCompressed, "/images", "{}"), .invalid("/images", "is not an array")),
            Row("a list of lists", (.imagesCompressed, "/images", "[[]]"), .invalid("/images/0", "is not an object")),
            Row(
                "the second of a list",
                (.imagesCompressionRequested, "/images", #"[{"image_id":"a","source":"b"},{"image_id":"c"}]"#),
                .missing("/images/1/source")),
            Row("a name of numbers", (.userRegistered, "/name", "7"), .invalid("/name", "is not a string")),
        ] as [Row<(EventType, String, String), EventFault>])
    func aFaultSaysWhatIsWrong(_ row: Row<(EventType, String, String), EventFault>) throws {
        let (type, pointer, json) = row.input
        let root = try JSONDocument(parsing: type.golden()).root
        #expect(Self.fault(type, root.text(replacing: pointer, by: json)) == row.expected)
    }

    @Test(
        arguments: [
            Row("an edit of nothing", .updated(), #"{"product_id":7}"#),
            Row(
                "an edit to nothing", .updated(description: "", images: []),
                #"{"product_id":7,"product_description":"","product_images":[]}"#),
            Row("a price with one decimal", .updated(price: "0.10"), #"{"product_id":7,"product_price":0.1}"#),
            Row("an answer for nothing", .compressed([]), #"{"product_id":7,"images":[]}"#),
            Row("a deletion", .deleted(of: 9), #"{"product_id":9}"#),
            Row(
                "control characters", .updated(name: "\u{1}\u{1F}\u{7F}\t\"\\"),
                #"{"product_id":7,"product_name":"\u0001\u001f\u007f\t\"\\"}"#),
        ] as [Row<ProductEvent, String>])
    func anEventIsWrittenShortlyAndReadBackTheSame(_ row: Row<ProductEvent, String>) throws {
        #expect(String(decoding: row.input.data, as: UTF8.self) == row.expected)
        #expect(try ProductEvent(type: row.input.type, data: row.input.data) == row.input)
    }

    @Test(arguments: EventType.allCases)
    func anEventIsOfAProductOrOfAUser(_ type: EventType) throws {
        let golden = try type.golden()
        #expect((try ProductEvent(type: type, data: golden) == nil) == (type == .userRegistered))
        #expect((try UserEvent(type: type, data: golden) == nil) == (type != .userRegistered))
    }

    @Test(arguments: EventType.allCases.dropLast())
    func anEventKnowsItsProduct(_ type: EventType) throws {
        let id = try JSONDocument(parsing: type.golden()).root["product_id"]?.integer
        #expect(try ProductEvent(type: type, data: type.golden())?.productID.value == id)
    }
}
