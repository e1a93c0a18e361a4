import HTTPClient
import Testing

/// The reading of addresses: every spelling that browsers understand becomes the one URL that they request.
@Suite(.timeLimit(.minutes(20)))
struct HTTPURLTests {
    @Test(
        arguments: [
            ("HTTP://ExAmple.COM:80/a/../b?q#f", "http", "example.com", 80, "http://example.com/b?q"),
            ("https://x", "https", "x", 443, "https://x/"),
            ("http://0x7f.1/", "http", "127.0.0.1", 80, "http://127.0.0.1/"),
            ("http://[2001:DB8::1]:8080/", "http", "[2001:db8::1]", 8080, "http://[2001:db8::1]:8080/"),
        ] as [(String, String, String, UInt16, String)])
    func aURLHasParts(_ row: (text: String, scheme: String, host: String, port: UInt16, whole: String)) throws {
        let url = try HTTPURL(row.text)
        #expect(url.scheme.rawValue == row.scheme)
        #expect(url.host == row.host)
        #expect(url.port == row.port)
        #expect(url.text == row.whole)
    }

    static let spellings: [(text: String, form: String)] = [
        // Only what RFC 3986 does not permit is escaped, and nothing twice.
        ("https://example.com/a|b.jpg", "https://example.com/a%7Cb.jpg"),
        ("https://example.com/{w}x{h}.jpg", "https://example.com/%7Bw%7Dx%7Bh%7D.jpg"),
        ("https://example.com/100%.jpg", "https://example.com/100%25.jpg"),
        ("https://example.com/%4", "https://example.com/%254"), ("https://example.com/%", "https://example.com/%25"),
        ("https://example.com/%e9%2F%zz", "https://example.com/%e9%2F%25zz"),
        ("https://example.com/a\"b.jpg", "https://example.com/a%22b.jpg"),
        ("https://example.com/a^b.jpg", "https://example.com/a%5Eb.jpg"),
        ("https://example.com/a<b>.jpg", "https://example.com/a%3Cb%3E.jpg"),
        ("https://example.com/a`b.jpg", "https://example.com/a%60b.jpg"),
        ("https://example.com/[x].jpg", "https://example.com/%5Bx%5D.jpg"),
        ("http://a/b c", "http://a/b%20c"), ("http://a/é", "http://a/%C3%A9"),
        ("http://a/e\u{301}", "http://a/e%CC%81"),
        ("http://a/\u{0}b", "http://a/%00b"), ("http://a/\u{7F}", "http://a/%7F"),
        ("http://a/😀", "http://a/%F0%9F%98%80"),
        ("http://a/~!$&'()*+,;=:@-._", "http://a/~!$&'()*+,;=:@-._"),
        ("http://a/?x[]=2 é'\"^", "http://a/?x%5B%5D=2%20%C3%A9%27%22%5E"), ("http://a?b@c", "http://a/?b@c"),
        ("http://a/?", "http://a/?"), ("http://a/?b?c", "http://a/?b?c"), (#"http://a/?b\c"#, "http://a/?b%5Cc"),
        ("http://a/b#c d#e", "http://a/b#c%20d%23e"), ("http://a#@", "http://a/#@"),
        // White space around and line ends within are dropped; backslashes are slashes, however many there are.
        (" \n http://a/b\t", "http://a/b"), ("ht\ntp://a/b\r\nc", "http://a/bc"), (#"http:\\a\b\c"#, "http://a/b/c"),
        ("http:a/b", "http://a/b"), ("http:/a/b", "http://a/b"), ("http:////a/b", "http://a/b"),
        // Dots, even if they are escaped.
        ("http://a/b/./c/../d", "http://a/b/d"), ("http://a/%2e%2E/b/%2e", "http://a/b/"),
        ("http://a/../..", "http://a/"),
        // Hosts.
        ("http://a:/x", "http://a/x"), ("http://a:080/x", "http://a/x"), ("https://a:443", "https://a/"),
        ("http://a:443/", "http://a:443/"), ("http://a:0", "http://a:0/"), ("http://a:65535/", "http://a:65535/"),
        ("http://BÜCHER.example/", "http://xn--bcher-kva.example/"),
        ("http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"),
        ("http://日本語。jp/", "http://xn--wgv71a119e.jp/"), ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://ＧＯ.com/", "http://go.com/"), ("http://EX%41mple.com/", "http://example.com/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"), ("http://2130706433/", "http://127.0.0.1/"),
        ("http://[0:0::0:1]/", "http://[::1]/"), ("http://[::FFFF:1.2.3.4]/", "http://[::ffff:1.2.3.4]/"),
        ("http://a_b.example./", "http://a_b.example./"), ("http://a/:x", "http://a/:x"),
    ]

    @Test(arguments: spellings)
    func anAddressHasOneForm(_ row: (text: String, form: String)) throws {
        let form = try HTTPURL(row.text).serialised
        #expect(form == row.form)
        #expect(try HTTPURL(form).serialised == form)
    }

    @Test(arguments: [
        "", " ", "x", "example.com/1.png", "/1.png", "//example.com/1.png", "http:", "http://", "http:///", "http://?a",
        "http://#a", "http://:80/", "http://[]/", "http://[::1/x", "http://[zG0%25]/", "http://[fe80::1%25eth0]/",
        "http://[127.0.0.1]/", "http://a[b]/", "http://[::1]x/", "http://a:http/", "http://a:+80/", "http://a:65536/",
        "http://a:1:2/", "http://a b/", "http://a\u{0}b/", "http://a%00b/", "http://a%20b/", "http://a|b/",
        "http://a<b/",
        "http://1.2.3.4.5/", "http://256.256.256.256/", "http://a.0x7f/", "http://1.2.3.08/",
    ])
    func whatIsNoURLIsMalformed(_ text: String) {
        #expect(throws: HTTPClientError.malformedURL) { try HTTPURL(text) }
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://a/", "data:image/png;base64,AAAA", "httpx://a/", "ftp://a/"])
    func anotherSchemeIsUnsupported(_ text: String) {
        #expect(throws: HTTPClientError.unsupportedScheme) { try HTTPURL(text) }
    }

    @Test(arguments: ["http://ann@a/", "http://ann:secret@a/", #"http://good.example\@evil.example/"#])
    func aUserIsSeen(_ text: String) throws {
        // A backslash ends the host, as browsers see it: what follows is a path.
        #expect(try HTTPURL(text).hasUserinfo == !text.contains("\\"))
    }
}
