import Base
import Events
import HTTPMessages
import HTTPServer
import JSON
import Testing

@testable import Gateway

/// Requests with one key that are the same request, and those that are not.
@Suite(.timeLimit(.minutes(20)))
struct IdempotencyTests {
    private static let key = SigningKey(Secret(String(repeating: "k", count: 32)))

    private static func mark(
        _ principal: Idempotency.Principal, as who: String? = nil, key text: String = "1", body: String = "{}"
    ) async throws -> IdempotencyMark {
        var headers: HTTPHeaders = ["Idempotency-Key": text]
        headers["Authorization"] = who
        let request = try #require(HTTPRequest(.post, "/users", headers: headers, body: Array(body.utf8)))
        let document = try await RequestDocument.read(request, upTo: 1000)
        let idempotency = try #require(try Idempotency(request))
        return idempotency.command(principal, content: document.root.canonical, key).mark
    }

    private static func user(_ id: Int64) throws -> Idempotency.Principal { .user(try #require(UserID(id))) }

    @Test func theSpellingOfADocumentDoesNotMatter() async throws {
        let one = try await Self.mark(Self.user(1), body: #"{"product_name":"é/","product_price":1.5}"#)
        let same = try await Self.mark(
            Self.user(1), body: "{ \"product_price\": 1.50,\r\n\t\"product_name\": \"\\u00E9\\/\" }")
        let other = try await Self.mark(Self.user(1), body: #"{"product_name":"é/","product_price":1.51}"#)
        #expect(one == same && other.key == one.key && other.request != one.request)
    }

    /// `{"iss":"a","sub":"b","exp":…}` with a signature that differs each time.
    private static func token(_ claims: String) -> String {
        "Bearer e30.\(Self.base64(claims)).\(UInt64.random(in: 0 ... .max))"
    }

    private static func base64(_ text: String) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var bits = text.utf8.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        while !bits.count.isMultiple(of: 6) { bits.append(0) }
        return String(
            stride(from: 0, to: bits.count, by: 6).map { digits[bits[$0..<$0 + 6].reduce(0) { $0 * 2 + Int($1) }] })
    }

    @Test func anIdentityOutlivesItsCredentials() async throws {
        let renewed = [
            (Self.token(#"{"iss":"a","sub":"b","exp":1}"#), Self.token(#"{"sub":"b","iss":"a","exp":2}"#)),
            ("Basic dXNlcjpvbmU=", "basic dXNlcjp0d28="),  // user:one, user:two
            (
                "AWS4-HMAC-SHA256 Credential=AKID/20261201/x/s3/aws4_request, Signature=1",
                "AWS4-HMAC-SHA256 SignedHeaders=host, Credential=AKID/20261202/x/s3/aws4_request,Signature=2"
            ),
        ]
        for (before, after) in renewed {
            let mark = try await Self.mark(Self.user(1), as: before)
            #expect(try await Self.mark(Self.user(1), as: after) == mark, "\(before)")
        }
        var keys: Set<String> = []
        let different: [String?] = [
            nil, "Bearer opaque", "Bearer opaque2", "Basic dXNlcjpvbmU=", "Basic eDpvbmU=", "Basic user", "Basic",
            Self.token(#"{"iss":"a","sub":"b"}"#), Self.token(#"{"iss":"a","sub":"c"}"#), Self.token(#"{"sub":"b"}"#),
            "Bearer e30.e30.x", "AWS4-HMAC-SHA256 Credential=A/1", "AWS4-HMAC-SHA256 Credential=B/1",
        ]
        for who in different { keys.insert(try await Self.mark(Self.user(1), as: who).key) }
        #expect(keys.count == different.count)
    }

    @Test func withoutCredentialsAKeyBelongsToTheOwnerOrToTheDocument() async throws {
        #expect(try await Self.mark(Self.user(1)).key != Self.mark(Self.user(2)).key)
        let ada = try await Self.mark(.document, body: #"{"name":"Ada"}"#)
        #expect(try await Self.mark(.document, body: #"{"name": "Ada"}"#) == ada)
        #expect(try await Self.mark(.document, body: #"{"name":"Bob"}"#).key != ada.key)
        #expect(try await Self.mark(.document, key: "2", body: #"{"name":"Ada"}"#).key != ada.key)
    }
}
