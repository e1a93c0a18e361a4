import HTTPMessages
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(20)))
struct RequestTargetTests {
    @Test(arguments: [
        ("/", []), ("/a", ["a"]), ("/a/", ["a", ""]), ("/a//b", ["a", "", "b"]), ("/a%2Fb/c", ["a/b", "c"]),
        ("/%D0%B9", ["й"]), ("/a+b", ["a+b"]), ("/..", [".."]), ("http://host/x/y", ["x", "y"]), ("HTTPS://host", []),
        ("http://host?q=1", []), ("*", []), ("/a;b=c,d", ["a;b=c,d"]),
    ])
    func aPathIsSplitAndThenDecoded(_ row: (target: String, segments: [String])) throws {
        #expect(try #require(HTTPRequest(.get, row.target)).segments == row.segments)
    }

    @Test(arguments: [
        ("/?a=1&b=2&a=3", ["a:1", "b:2", "a:3"]), ("/?a", ["a:"]), ("/?a=", ["a:"]), ("/?=b", [":b"]), ("/?", []),
        ("/?&&a=1&", ["a:1"]),
        ("/?q=a+b%20c%2B", ["q:a b c+"]), ("/?q=%D0%B9%26", ["q:й&"]), ("/?a=b=c", ["a:b=c"]), ("/?a?b", ["a?b:"]),
        ("http://host?q=1", ["q:1"]),
    ])
    func aQueryIsDecodedInOrder(_ row: (target: String, pairs: [String])) throws {
        let request = try #require(HTTPRequest(.get, row.target))
        #expect(request.query.map { "\($0.name):\($0.value)" } == row.pairs)
    }

    @Test(arguments: [
        "", "a", "/%", "/%4", "/%zz", "/a%00b", "/?q=%00", "/%ff", "/?q=%C3", "/%C0%AF", "/a#b", "/a b", "/й",
        "ftp://host/", "host:80", "/?q=%ED%A0%80", "*?a",
    ])
    func aMalformedTargetIsRefused(_ target: String) {
        #expect(HTTPRequest(.get, target) == nil)
    }
}

@Suite(.timeLimit(.minutes(20)))
struct HTTPHeadersTests {
    @Test func namesCompareWithoutCaseAndRepeatedValuesStayInOrder() {
        var headers: HTTPHeaders = ["If-Match": "\"1\"", "Accept": "text/html", "if-match": "\"2\""]
        #expect(headers["IF-MATCH"] == "\"1\"")
        #expect(headers.values("If-Match") == ["\"1\"", "\"2\""])
        #expect(headers.list("if-Match") == "\"1\", \"2\"")
        #expect(headers["If-Matc"] == nil && headers.list("X") == nil)
        headers["if-match"] = "*"
        #expect(headers.values("If-Match") == ["*"])
        headers["If-Match"] = nil
        #expect(headers.fields.map(\.name) == ["Accept"])
    }

    @Test func onlyLettersHaveTwoCases() {
        #expect(HTTPHeaders([.init(name: "a@b", value: "1")])["a`b"] == nil)
    }
}
