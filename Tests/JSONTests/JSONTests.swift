import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct JSONTests {
    @Test func numbersKeepTheirDigits() throws {
        let document = try JSONDocument(parsing: Array(#"{"a":99.99,"b":0.1,"c":1e400,"d":-0,"e":7}"#.utf8))
        #expect(["a", "b", "c", "d", "e"].map { document.root[$0]?.number } == ["99.99", "0.1", "1e400", "-0", "7"])
        #expect(document.root["e"]?.integer == 7)
        #expect(document.root["a"]?.integer == nil)
    }

    @Test func everyKindIsToldApart() throws {
        let document = try JSONDocument(parsing: Array(#"[null,true,1,"x",[],{}]"#.utf8))
        #expect(document.root.elements.map(\.kind) == [.null, .boolean, .number, .string, .array, .object])
        #expect(document.root.elements[1].boolean == true)
        #expect(document.root.elements[0].isNull)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":}", "nul", "NaN", "Infinity", "01", "1.", "+1", "'a'", "[1] x", "{\"a\":1,}",
        "\"\\ud800\"", "\"\\x\"", "// c\n1", "\"a\nb\"",
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: [0x22, 0xC0, 0xAF, 0x22]) }
    }

    @Test func aKeyThatOccursTwiceIsRefusedByItsPointer() {
        #expect(throws: JSONError.duplicateKey(pointer: "/a/1/x~1y")) {
            try JSONDocument(parsing: Array(#"{"a":[0,{"x/y":1,"x\/y":2}]}"#.utf8))
        }
    }

    /// One letter in two spellings: as keys they are two. (RFC 8259 section 8.3 compares code units.)
    @Test func keysAreComparedByTheirBytes() throws {
        let document = try JSONDocument(parsing: Array(#"{"\u00e9":1,"e\u0301":2}"#.utf8))
        #expect(document.root.members.map(\.value.integer) == [1, 2])
    }

    /// The suite's time limit would fail this test: with time that grows with the square of the length, these texts
    /// take minutes.
    @Test func hostileKeysTakeLinearTime() throws {
        let marks = String(repeating: "\u{315}\u{300}\u{5AE}", count: 150_000)
        _ = try JSONDocument(parsing: Array("{\"\(marks)\":1,\"\(marks)x\":2}".utf8))
        let members = (0..<200_000).map { "\"\($0)\":0" }.joined(separator: ",")
        let long = String(repeating: "k", count: 1_000_000)
        _ = try JSONDocument(parsing: Array("{\"\(long)\":{\(members)}}".utf8))
    }

    @Test(arguments: [
        (#"\ud800"#, "\0"), (#"a\udc00b"#, "a\0b"), (#"\uDBFF\ud800\uDC00"#, "\0\u{10000}"), (#"\udc00\ud800"#, "\0\0"),
        (#"\ud83d\ude00"#, "😀"), (#"\ud800\uDBFF\uDFFF"#, "\0\u{10FFFF}"), (#"\\ud800"#, #"\ud800"#),
        (#"\\\ud800\n"#, "\\\0\n"), (#"\ud800\u0041"#, "\0A"),
        (#"\ud800\ud83d\ude00"#, "\0😀"),
    ])
    func aLoneSurrogateIsANULForWhoeverAsksForThat(_ row: (escaped: String, text: String)) throws {
        let text = Array("[\"\(row.escaped)\"]".utf8)
        let document = try JSONDocument(parsing: text, loneSurrogatesAsNUL: true)
        #expect(document.root.elements.map(\.string) == [row.text])
        guard row.text.utf8.contains(0) else { return }
        #expect(throws: JSONError.self) { try JSONDocument(parsing: text) }
    }

    @Test(arguments: [#"["\ud800"#, #"["\ud80"]"#, #"["\udXYZ"]"#, #"["\"#, #"\ud800"#, #"["\u"#])
    func whatIsWrongBesideALoneSurrogateIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8), loneSurrogatesAsNUL: true) }
    }

    @Test func nestingHasALimit() throws {
        let allowed = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        _ = try JSONDocument(parsing: Array(allowed.utf8))
        #expect(throws: JSONError.tooDeep(limit: 32)) { try JSONDocument(parsing: Array("[\(allowed)]".utf8)) }
        let absurd = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(absurd.utf8)) }
    }

    @Test func whatIsWrittenIsReadBackTheSame() throws {
        let text = "quote \" backslash \\ newline \n tab \t bell \u{7} delete \u{7F} NUL \u{0} snow ☃ 🧊 /"
        let bytes = JSONWriter.object { json in
            json.member("text", text)
            json.key("key \"with\" quotes")
            json.array([1, 2]) { $0.integer($1) }
            json.member("missing", String?.none)
            json.key("price")
            json.raw("0.10")
            json.key("inner")
            json.object { $0.member("yes", true) }
        }
        let root = try JSONDocument(parsing: bytes).root
        #expect(root["text"]?.string == text)
        #expect(root["key \"with\" quotes"]?.elements.compactMap(\.integer) == [1, 2])
        #expect(root["missing"]?.isNull == true)
        #expect(root["price"]?.number == "0.10")
        #expect(root["inner"]?["yes"]?.boolean == true)
        #expect(root.members.map(\.key) == ["text", "key \"with\" quotes", "missing", "price", "inner"])
    }
}
