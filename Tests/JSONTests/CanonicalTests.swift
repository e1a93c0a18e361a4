import JSON
import Testing

/// The canonical form of RFC 8785.
@Suite(.timeLimit(.minutes(20)))
struct CanonicalTests {
    private static func canonical(_ text: String) throws -> String {
        String(decoding: try JSONDocument(parsing: Array(text.utf8)).root.canonical, as: UTF8.self)
    }

    /// The examples of the RFC: sections 3.2.2 and 3.2.3.
    @Test func theExamplesOfTheSpecificationComeOut() throws {
        let text = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        #expect(
            try Self.canonical(text)
                == #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
                + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#)
        let sorted = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
        #expect(
            try Self.canonical(sorted) == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("0e9", "0"), ("1.50", "1.5"), ("150e-2", "1.5"), ("100", "100"), ("1e2", "100"),
        ("9007199254740991", "9007199254740991"), ("99999999.99", "99999999.99"), ("-1.10", "-1.1"), ("1e21", "1e+21"),
        ("1e20", "100000000000000000000"), ("123456789012345678901", "123456789012345680000"), ("1e-6", "0.000001"),
        ("1e-7", "1e-7"), ("1.25e-7", "1.25e-7"), ("5e-324", "5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("9.5e15", "9500000000000000"), ("1e16", "10000000000000000"), ("0.1", "0.1"), ("123.456", "123.456"),
        ("1e400", "1e400"),
    ])
    func numbersAreWrittenAsECMAScriptWritesThem(_ row: (text: String, canonical: String)) throws {
        #expect(try Self.canonical(row.text) == row.canonical)
    }

    @Test func theSpellingDoesNotMatter() throws {
        let one = try Self.canonical(#"{"a":[1.5,{"c":"\u00e9","b":null}],"name":"x/y"}"#)
        #expect(try Self.canonical(" { \"name\" : \"x\\/y\" ,\n\"a\":[ 15e-1,{\"b\":null,\"c\":\"é\"}]}") == one)
        // Two spellings of one letter are two texts.
        let other = try Self.canonical(#"{"a":[1.5,{"c":"e\u0301","b":null}],"name":"x/y"}"#)
        #expect(!other.utf8.elementsEqual(one.utf8))
    }
}
