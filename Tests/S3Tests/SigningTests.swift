import Base
import Cryptography
import EventLoop
import HTTPClient
import HTTPMessages
import HTTPServer
import NetworkTesting
import Testing

@testable import S3

/// The requests of the client, as they appear to a server that accepts everything.
@Suite(.timeLimit(.minutes(20)))
struct SigningTests {
    private func recorded(
        answering response: HTTPResponse = HTTPResponse(.ok),
        _ body: @escaping @Sendable (S3Client) async throws -> Void
    ) throws -> HTTPRequest {
        try onLoop { loop in
            let client = try HTTPClient(loop: loop)
            defer { client.close() }
            let seen = Box<HTTPRequest?>(nil)
            try await withServer(
                on: loop,
                handler: { request in
                    seen.value = request
                    _ = try? await request.body.collect(upTo: .max)
                    return response
                }
            ) { server in
                try await body(
                    S3Client(
                        configuration: S3Configuration(
                            endpoint: "http://127.0.0.1:\(server.port)/", region: "us-east-1", bucket: "images",
                            accessKey: "access", secretKey: Secret("secret"), publicBaseURL: "https://cdn.example/i/"),
                        client: client))
            }
            return try #require(seen.value)
        }
    }

    @Test func aPutCarriesItsHashItsTypeAndASignatureOfBoth() throws {
        let hash = SHA256.hex([1, 2, 3])
        let request = try recorded { client in
            try await client.put(
                key: "ab/cd-ef_0.webp", bytes: [1, 2, 3], sha256: hash, contentType: "image/webp",
                cacheControl: "public, max-age=31536000, immutable")
        }
        #expect(request.method == .put)
        #expect(request.path == "/images/ab/cd-ef_0.webp")
        #expect(request.headers.values("x-amz-content-sha256") == [hash])
        #expect(request.headers.values("x-amz-checksum-sha256") == ["A5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4E="])
        #expect(request.headers.values("Content-Type") == ["image/webp"])
        #expect(request.headers.values("Cache-Control") == ["public, max-age=31536000, immutable"])
        #expect(request.headers.values("x-amz-date").count == 1)
        let authorization = try #require(request.headers["Authorization"])
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=access/"))
        #expect(authorization.contains("/us-east-1/s3/aws4_request"))
        for name in ["content-type", "host", "x-amz-content-sha256", "x-amz-date"] {
            #expect(authorization.contains(name))
        }
        #expect(!authorization.contains("secret"))
        #expect(request.headers["Expect"] == nil)
    }

    @Test func theHashThatIsGivenIsTheOneThatIsSent() throws {
        let hash = SHA256.hex([9])
        let request = try recorded { try await $0.put(key: "a", bytes: [1, 2, 3], sha256: hash, contentType: "x/y") }
        #expect(request.headers.values("x-amz-content-sha256") == [hash])
    }

    @Test func requestsWithoutABodyCarryTheHashOfNothing() throws {
        let calls: [@Sendable (S3Client) async throws -> Void] = [
            { _ = try await $0.get(key: "a") }, { _ = try await $0.head(key: "a") }, { try await $0.delete(key: "a") },
            { try await $0.ensureBucket() }, { _ = try await $0.objects(prefix: "a/b") },
            { try await $0.checkBucket() },
        ]
        for call in calls {
            let request = try recorded(call)
            #expect(request.headers.values("x-amz-content-sha256") == [SHA256.hex([])])
            #expect(request.headers["Authorization"] != nil)
        }
    }

    @Test func whatWasStoredMustBeWhatWasSent() throws {
        let hash = SHA256.hex([1, 2, 3])
        let other = HTTPResponse(.ok, headers: ["x-amz-checksum-sha256": Base64.text(SHA256.digest([1]))])
        _ = try recorded(answering: other) { client in
            do throws(S3Error) {
                try await client.put(key: "a", bytes: [1, 2, 3], sha256: hash, contentType: "x/y")
                Issue.record("no error")
            } catch {
                #expect(error.reason == .altered && error.isRetriable)
            }
        }
    }

    @Test func aListingSaysWhatIsThereAndSinceWhen() throws {
        let listing = """
            <ListBucketResult><Prefix>a/</Prefix><Contents><Key>a/b&amp;c</Key>\
            <LastModified>2026-11-21T08:30:00.000Z</LastModified><Size>7</Size></Contents></ListBucketResult>
            """
        for (body, isRead) in [(listing, true), (listing.replacing("<Size>7</Size>", with: ""), false)] {
            _ = try recorded(answering: HTTPResponse(.ok, body: .bytes(Array(body.utf8)))) { client in
                let objects = try? await client.objects(prefix: "a/")
                let expected = StoredObject(key: "a/b&c", bytes: 7, lastModified: "2026-11-21T08:30:00.000Z")
                #expect(objects == (isRead ? [expected] : nil))
            }
        }
    }

    @Test func whatIsLeftOfManyThatWereDeletedIsAnError() throws {
        let left = "<DeleteResult><Error><Key>a</Key><Code>InternalError</Code></Error></DeleteResult>"
        for (body, isDone) in [("<DeleteResult></DeleteResult>", true), (left, false)] {
            let request = try recorded(answering: HTTPResponse(.ok, body: .bytes(Array(body.utf8)))) { client in
                var isThrown = false
                do { try await client.delete(keys: ["a", "b/c"]) } catch { isThrown = true }
                #expect(isThrown != isDone)
            }
            #expect(request.method == .post && request.query.map(\.name) == ["delete"])
            #expect(request.headers["x-amz-checksum-sha256"] != nil)
        }
    }

    @Test func queriesAreSortedEncodedAndComplete() throws {
        let list = try recorded { _ = try await $0.objects(prefix: "a/b", after: "a/c") }
        #expect(list.query.map(\.name) == ["list-type", "prefix", "start-after"])
        #expect(list.query.map(\.value) == ["2", "a/b", "a/c"])
        let policy = try recorded { try await $0.allowPublicRead(prefix: "a/") }
        #expect(policy.query.map(\.name) == ["policy"])
    }

    @Test(arguments: [
        "", "/a", "a/", "a//b", "a/../b", ".", "..", "a/.", "A", "a b", "a+b", "ä", "a%20b", "a?b", "a#b", "a=b",
        String(repeating: "a", count: 1025),
    ])
    func aKeyThatWouldNeedEncodingIsRefused(key: String) {
        #expect(throws: S3Error.self) { try ObjectKey(key) }
    }

    @Test(arguments: ["a", "a/b", "0/1.webp", "a_b-c.d", "...", "a/..b", "-"])
    func anyOtherKeyIsTaken(key: String) throws {
        #expect(try ObjectKey(key).text == key)
    }

    @Test func aHashMustLookLikeOne() throws {
        for hash in ["", "abc", String(repeating: "A", count: 64), String(repeating: "g", count: 64)] {
            #expect(throws: S3Error.self) {
                _ = try recorded { try await $0.put(key: "a", bytes: [], sha256: hash, contentType: "x/y") }
            }
        }
    }

    @Test func thePublicAddressIsTheBaseAndTheKey() throws {
        _ = try recorded { client in
            #expect(try client.publicURL(key: "a/b.webp") == "https://cdn.example/i/a/b.webp")
            try await client.ensureBucket()
        }
    }

    @Test(arguments: [
        (404, "NoSuchKey", S3Error.Reason.notFound, false), (403, "AccessDenied", .denied, false),
        (501, "NotImplemented", .notSupported, false),
        (400, "BadDigest", .refused, false), (500, "InternalError", .refused, true), (503, "SlowDown", .refused, true),
        (400, "RequestTimeout", .refused, true),
    ])
    func anErrorSaysWhatTheServerSaid(_ row: (status: Int, code: String, reason: S3Error.Reason, isRetriable: Bool))
        throws
    {
        let error = "<Error><Code>\(row.code)</Code><Message>m</Message><RequestId>r&amp;1</RequestId></Error>"
        let document = "<?xml version=\"1.0\"?>\(error)"
        do {
            _ = try recorded(answering: HTTPResponse(HTTPStatus(row.status), body: .bytes(Array(document.utf8)))) {
                _ = try await $0.get(key: "a")
            }
            Issue.record("no error")
        } catch let error as S3Error {
            #expect(error.reason == row.reason)
            #expect(error.code == row.code)
            #expect(error.status?.code == row.status)
            #expect(error.requestID == "r&1")
            #expect(error.isRetriable == row.isRetriable)
            #expect(!error.description.contains("secret") && error.description.contains(row.code))
        }
    }

    @Test func aMissingObjectHasNoHeadAndDeletingItIsFine() throws {
        _ = try recorded(answering: HTTPResponse(.notFound)) { client in
            #expect(try await client.head(key: "a") == nil)
            try await client.delete(key: "a")
        }
    }

    @Test func aBucketThatIsThereAlreadyIsFineAndAPolicyThatIsNotKnownIsTold() throws {
        _ = try recorded(answering: HTTPResponse(.conflict)) { client in
            try await client.ensureBucket()
            do throws(S3Error) {
                try await client.allowPublicRead(prefix: "a/")
                Issue.record("no error")
            } catch {
                #expect(error.reason == .notSupported)
            }
        }
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func theHashIsSHA256(_ row: (text: String, hex: String)) {
        #expect(SHA256.hex(Array(row.text.utf8)) == row.hex)
    }

    @Test(arguments: 0...130)
    func paddingFitsEveryLength(length: Int) {
        #expect(SHA256.hex([UInt8](repeating: 97, count: length)).utf8.count == 64)
    }
}
