import Base
import Cryptography
import EventLoop
import Glibc
import HTTPClient
import HTTPMessages
import NetworkTesting
import Testing

@testable import S3

/// The server that `S3_ENDPOINT`, `S3_REGION`, `S3_ACCESS_KEY` and `S3_SECRET_KEY` name, in this order.
private let serverVariables: [String]? = {
    let names = ["S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"]
    let values = names.compactMap { getenv($0).map { String(cString: $0) } }
    return values.count == names.count ? values : nil
}()

/// Tests against a real server.
@Suite(.timeLimit(.minutes(20)), .enabled(if: serverVariables != nil, "S3_ENDPOINT and its companions name no server"))
struct ServerTests {
    private func withBucket(
        secretKey: String? = nil, _ body: @escaping @Sendable (S3Client, HTTPClient) async throws -> Void
    ) throws {
        let variables = try #require(serverVariables)
        let bucket = "warelog-test-\(UInt32.random(in: 0 ... .max))"
        try onLoop { loop in
            let http = try HTTPClient(loop: loop)
            defer { http.close() }
            let make = { (secret: String) in
                S3Client(
                    configuration: S3Configuration(
                        endpoint: variables[0], region: variables[1], bucket: bucket, accessKey: variables[2],
                        secretKey: Secret(secret), publicBaseURL: "\(variables[0])/\(bucket)"),
                    client: http)
            }
            let owner = make(variables[3])
            try await owner.ensureBucket()
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(make(secretKey ?? variables[3]), http))
            } catch {
                result = .failure(error)
            }
            for key in try await owner.objects(prefix: "").map(\.key) { try await owner.delete(key: key) }
            _ = try await owner.send(.delete, "/\(bucket)")
            try result.get()
        }
    }

    @Test func whatIsPutCanBeReadWithItsTypeAndDeleted() throws {
        try withBucket { client, _ in
            for size in [0, 3, 100_000, 3_000_000] {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                try await client.put(
                    key: "a/b-\(size)_0.webp", bytes: bytes, sha256: SHA256.hex(bytes), contentType: "image/webp",
                    cacheControl: "public, max-age=31536000, immutable")
                #expect(try await client.get(key: "a/b-\(size)_0.webp") == bytes)
                let head = try #require(try await client.head(key: "a/b-\(size)_0.webp"))
                #expect(head.contentLength == size)
                #expect(head.contentType == "image/webp")
                #expect(head.entityTag != nil)
            }
            #expect(
                try await client.objects(prefix: "a/b-3").map(\.key).sorted() == ["a/b-3000000_0.webp", "a/b-3_0.webp"])
            #expect(try await client.objects(prefix: "a/", after: "a/b-3000000_0.webp").map(\.key) == ["a/b-3_0.webp"])
            try await client.delete(key: "a/b-3_0.webp")
            try await client.delete(key: "a/b-3_0.webp")
            #expect(try await client.head(key: "a/b-3_0.webp") == nil)
        }
    }

    @Test func manyObjectsAreListedWithTheirTimesAndDeletedAtOnce() throws {
        try withBucket { client, _ in
            for key in ["b/2.txt", "a", "b/10.txt", "b-c"] {
                try await client.put(key: key, bytes: [1, 2], sha256: SHA256.hex([1, 2]), contentType: "text/plain")
            }
            let objects = try await client.objects(prefix: "")
            // The keys are ordered by their bytes: a hyphen comes before a slash.
            #expect(objects.map(\.key) == ["a", "b-c", "b/10.txt", "b/2.txt"])
            #expect(
                objects.allSatisfy {
                    $0.bytes == 2 && $0.lastModified.hasPrefix("20") && $0.lastModified.hasSuffix("Z")
                })
            try await client.delete(keys: ["a", "b/2.txt", "never-there"])
            #expect(try await client.objects(prefix: "").map(\.key) == ["b-c", "b/10.txt"])
            try await client.checkBucket()
        }
    }

    @Test func anObjectInPartsIsOneObject() throws {
        try withBucket { client, _ in
            let bytes = (0..<(ObjectUpload.partBytes + 1000)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            var upload = try ObjectUpload(client, key: "uploads/a", contentType: "image/png")
            try await upload.write(bytes)
            try await upload.finish()
            #expect(try await client.get(key: "uploads/a") == bytes)
            #expect(try await client.head(key: "uploads/a")?.contentType == "image/png")
            try await upload.discard()
            #expect(try await client.head(key: "uploads/a") == nil)
        }
    }

    @Test func ofWhatIsDiscardedNothingIsLeft() throws {
        try withBucket { client, _ in
            var upload = try ObjectUpload(client, key: "uploads/a", contentType: "image/png")
            try await upload.write([UInt8](repeating: 7, count: ObjectUpload.partBytes + 1))
            try await upload.discard()
            try await upload.discard()
            let left = try await client.send(.get, "/\(client.configuration.bucket)?uploads=").body
            #expect(XMLDocument(left).all("Key") == [])
            #expect(try await client.objects(prefix: "").map(\.key) == [])
        }
    }

    @Test func anObjectThatIsTooLargeIsNotRead() throws {
        try withBucket { client, _ in
            try await client.put(key: "a", bytes: [1, 2, 3], sha256: SHA256.hex([1, 2, 3]), contentType: "x/y")
            #expect(try await client.get(key: "a", upTo: 3) == [1, 2, 3])
            do throws(S3Error) {
                _ = try await client.get(key: "a", upTo: 2)
                Issue.record("no error")
            } catch {
                #expect(error.reason == .transfer(.bodyTooLarge(limit: 2)))
            }
        }
    }

    @Test func aMissingObjectIsNotFound() throws {
        try withBucket { client, _ in
            do throws(S3Error) {
                _ = try await client.get(key: "missing")
                Issue.record("no error")
            } catch {
                #expect(error.reason == .notFound)
                #expect(error.code == "NoSuchKey")
            }
        }
    }

    @Test func makingABucketAgainIsFine() throws {
        try withBucket { client, _ in try await client.ensureBucket() }
    }

    @Test func aWrongSecretIsDenied() throws {
        try withBucket(secretKey: "wrong") { client, _ in
            do throws(S3Error) {
                try await client.put(key: "a", bytes: [1], sha256: SHA256.hex([1]), contentType: "x/y")
                Issue.record("no error")
            } catch {
                #expect(error.reason == .denied)
                #expect(!error.isRetriable)
            }
        }
    }

    @Test func aBodyThatIsNotWhatItsHashSaysIsRefusedOrTheServerDoesNotCheck() throws {
        try withBucket { client, _ in
            do throws(S3Error) {
                try await client.put(key: "a", bytes: [1], sha256: SHA256.hex([2]), contentType: "x/y")
            } catch {
                #expect(error.status == .badRequest)
            }
        }
    }

    @Test func publicReadIsAllowedForItsPrefixAloneOrToldToBeUnsupported() throws {
        try withBucket { client, http in
            for key in ["a/b.txt", "ab.txt", "uploads/b.txt"] {
                try await client.put(
                    key: key, bytes: [104, 105], sha256: SHA256.hex([104, 105]), contentType: "text/plain")
            }
            do throws(S3Error) {
                try await client.allowPublicRead(prefix: "a/")
            } catch {
                #expect(error.reason == .notSupported)
                return
            }
            let response = try await http.send(HTTPClientRequest(.get, client.publicURL(key: "a/b.txt")))
            #expect(response.status == .ok)
            #expect(response.body == [104, 105])
            for path in ["/ab.txt", "/uploads/b.txt", "", "/?list-type=2&prefix=uploads%2F", "?uploads="] {
                let refused = try await http.send(HTTPClientRequest(.get, client.configuration.publicBaseURL + path))
                #expect(refused.status == .forbidden, "\(path)")
            }
        }
    }
}
