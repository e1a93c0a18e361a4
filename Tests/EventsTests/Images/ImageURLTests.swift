import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct ImageURLTests {
    @Test(arguments: [
        "http://a/1.png", "https://example.com/a%20b.jpg?size=1&x[]=2#top", "HTTP://EXAMPLE.COM", "hTTpS://a.b./",
        "http://127.0.0.1:9000/bucket/key", "http://[::1]/x", "http://[2001:db8::1]:8080/x", "http://a:0",
        "http://a:65535/",
        "http://a?b@c", "http://a/@b", "http://a#@", "http://xn--bcher-kva.example/", "http://a/:x", "http://a/[",
        "http://a/" + String(repeating: "x", count: 2039),
    ])
    func anAddressOfTheWebIsOne(_ text: String) {
        #expect(ImageURL.fault(in: text) == nil)
    }

    @Test(
        arguments: [
            Row("nothing", "", "must be an http or https URL"),
            Row("no scheme", "example.com/1.png", "must be an http or https URL"),
            Row("a path", "/1.png", "must be an http or https URL"),
            Row("an address without a scheme", "//example.com/1.png", "must be an http or https URL"),
            Row("a file", "file:///etc/passwd", "must be an http or https URL"),
            Row("another protocol", "gopher://a/", "must be an http or https URL"),
            Row("data", "data:image/png;base64,AAAA", "must be an http or https URL"),
            Row("a scheme that begins like one", "httpx://a/", "must be an http or https URL"),
            Row("one slash", "http:/a/", "must be an http or https URL"),
            Row("a scheme and no more", "http:", "must be an http or https URL"),
            Row("no host", "http://", "must name a host"),
            Row("a path for a host", "http:///a", "must name a host"),
            Row("a query for a host", "http://?a", "must name a host"),
            Row("a port for a host", "http://:80/", "must name a host"),
            Row("empty brackets", "http://[]/", "must name a host"),
            Row("an open bracket", "http://[::1/x", "must have an IPv6 address in brackets"),
            Row("an open bracket and a port", "http://[::1:80", "must have an IPv6 address in brackets"),
            Row("no address in brackets", "http://[zG0%25]/", "must have an IPv6 address in brackets"),
            Row("an IPv4 address in brackets", "http://[127.0.0.1]/", "must have an IPv6 address in brackets"),
            Row("a bracket in a name", "http://a[b]/", "must have brackets around an IPv6 address only"),
            Row("something behind the bracket", "http://[::1]x/", "must name its port by number"),
            Row("a port without a number", "http://a:/", "must name its port by number"),
            Row("a port by name", "http://a:http/", "must name its port by number"),
            Row("a port with a sign", "http://a:+80/", "must name its port by number"),
            Row("a port that does not fit", "http://a:65536/", "must name its port by number"),
            Row("two ports", "http://a:1:2/", "must name its port by number"),
            Row("a user", "http://ann@a/", "must not carry credentials"),
            Row("a password", "http://ann:secret@a/", "must not carry credentials"),
            Row("a host before the host", "http://good.example@evil.example/", "must not carry credentials"),
            Row("a host behind a backslash", #"http://good.example\@evil.example/"#, "must not contain a backslash"),
            Row("a backslash anywhere", #"http://a/b\c"#, "must not contain a backslash"),
            Row("a space", "http://a/b c", "must be a URL of visible ASCII characters"),
            Row("a space in front", " http://a/", "must be a URL of visible ASCII characters"),
            Row("a line break", "http://a/\r\nHost: b", "must be a URL of visible ASCII characters"),
            Row("NUL", "http://a/\u{0}", "must be a URL of visible ASCII characters"),
            Row("delete", "http://a/\u{7F}", "must be a URL of visible ASCII characters"),
            Row("letters beyond ASCII", "http://bücher.example/", "must be a URL of visible ASCII characters"),
            Row("a combining mark", "http://a/e\u{301}", "must be a URL of visible ASCII characters"),
            Row("a slash of another width", "http:／／a/", "must be a URL of visible ASCII characters"),
            Row("a byte too many", "http://a/" + String(repeating: "x", count: 2040), "must have at most 2048 bytes"),
            Row("a book", String(repeating: "é", count: 1_000_000), "must have at most 2048 bytes"),
        ] as [Row<String, String>])
    func whatIsNoAddressOfTheWebIsToldWhy(_ row: Row<String, String>) {
        #expect(ImageURL.fault(in: row.input) == row.expected)
    }
}
