import Events
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct ImageURLTests {
    @Test(
        arguments: [
            ("not a URL", "must be an absolute URL with a valid host and port"),
            ("http://", "must be an absolute URL with a valid host and port"),
            ("ftp://a/", "must be an http or https URL"), ("http://ann:secret@a/", "must not carry credentials"),
        ])
    func whatIsNoAddressIsToldWhy(_ row: (text: String, reason: String)) {
        #expect(throws: ImageURL.Fault(row.reason)) { try ImageURL.parse(row.text) }
    }

    @Test func anAddressIsStoredAsItIsRequested() throws {
        #expect(
            try ImageURL.parse(" HTTPS://BÜCHER.example:443/a|b c.jpg#top ")
                == "https://xn--bcher-kva.example/a%7Cb%20c.jpg#top")
    }
}
