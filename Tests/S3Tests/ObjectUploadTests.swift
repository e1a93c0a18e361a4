import Base
import Cryptography
import EventLoop
import HTTPClient
import HTTPMessages
import HTTPServer
import NetworkTesting
import Testing

@testable import S3

/// Uploads in parts, as they appear to a server that records the requests.
@Suite(.timeLimit(.minutes(20)))
struct ObjectUploadTests {
    private struct Call: Equatable {
        let what: String
        var bytes = 0
    }

    private static let part = ObjectUpload.partBytes

    /// Every call succeeds except the one that `failing` names.
    private func recorded(
        failing: String? = nil, with failure: HTTPResponse = HTTPResponse(.internalServerError),
        _ body: @escaping @Sendable (inout ObjectUpload) async throws -> Void
    ) throws -> [Call] {
        try onLoop { loop in
            let http = try HTTPClient(loop: loop)
            defer { http.close() }
            let calls = Box<[Call]>([])
            try await withServer(
                on: loop,
                handler: { request in
                    guard let bytes = try? await request.body.collect(upTo: .max) else {
                        return HTTPResponse(.badRequest)
                    }
                    let query = request.query.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }.joined(
                        separator: "&")
                    let what = "\(request.method) \(query)".trimmed
                    calls.value.append(Call(what: what, bytes: request.method == .put ? bytes.count : 0))
                    #expect(request.path == "/bucket/uploads/x")
                    #expect(request.headers["x-amz-content-sha256"] == SHA256.hex(bytes))
                    if what == failing { return failure }
                    switch what {
                    case "POST uploads":
                        #expect(request.headers["Content-Type"] == "image/png")
                        return HTTPResponse(.ok, body: .bytes(Array("<R><UploadId>i/d+&amp;1</UploadId></R>".utf8)))
                    case "POST uploadId=i/d+&1":
                        #expect(
                            String(decoding: bytes, as: UTF8.self).contains(
                                "<Part><PartNumber>1</PartNumber><ETag>\"a&lt;1\"</ETag></Part>"
                                    + "<Part><PartNumber>2</PartNumber>"
                            ))
                        return HTTPResponse(.ok, body: .bytes(Array("<CompleteMultipartUploadResult/>".utf8)))
                    default:
                        return HTTPResponse(.ok, headers: ["ETag": "\"a<\(request.query.first?.value ?? "")\""])
                    }
                }
            ) { server in
                let client = S3Client(
                    configuration: S3Configuration(
                        endpoint: "http://127.0.0.1:\(server.port)", region: "us-east-1", bucket: "bucket",
                        accessKey: "a",
                        secretKey: Secret("s"), publicBaseURL: ""), client: http)
                var upload = try ObjectUpload(client, key: "uploads/x", contentType: "image/png")
                try await body(&upload)
            }
            return calls.value
        }
    }

    private static let inTwoParts: @Sendable (inout ObjectUpload) async throws -> Void = { upload in
        do {
            try await upload.write([UInt8](repeating: 7, count: part + 3))
            try await upload.finish()
            Issue.record("no error")
        } catch is S3Error {
            try await upload.discard()
        }
    }

    @Test(arguments: [0, 1, 100_000, part])
    func whatFitsIntoOnePartIsPutAtOnce(_ size: Int) throws {
        let calls = try recorded { upload in
            try await upload.write([UInt8](repeating: 7, count: size))
            try await upload.finish()
            #expect(upload.buffer.count <= Self.part)
        }
        #expect(calls == [Call(what: "PUT", bytes: size)])
    }

    @Test func moreGoesInPartsAndNoMoreThanOneIsHeld() throws {
        let calls = try recorded { upload in
            var written = 0
            while written < 2 * Self.part + 70_000 {
                try await upload.write([UInt8](repeating: UInt8(truncatingIfNeeded: written), count: 70_000))
                written += 70_000
                #expect(upload.buffer.count <= Self.part)
            }
            try await upload.finish()
        }
        let rest = (2 * Self.part / 70_000 + 2) * 70_000 - 2 * Self.part
        #expect(
            calls == [
                Call(what: "POST uploads"), Call(what: "PUT partNumber=1&uploadId=i/d+&1", bytes: Self.part),
                Call(what: "PUT partNumber=2&uploadId=i/d+&1", bytes: Self.part),
                Call(what: "PUT partNumber=3&uploadId=i/d+&1", bytes: rest), Call(what: "POST uploadId=i/d+&1"),
            ])
    }

    @Test func onePieceOfManyPartsIsCutToo() throws {
        let calls = try recorded { upload in
            try await upload.write([UInt8](repeating: 7, count: 2 * Self.part))
            try await upload.finish()
        }
        #expect(calls.map(\.bytes) == [0, Self.part, Self.part, 0])
    }

    @Test func whatFailsInTheMiddleIsAborted() throws {
        let failed = "PUT partNumber=2&uploadId=i/d+&1"
        let calls = try recorded(failing: failed, Self.inTwoParts).map(\.what)
        #expect(calls == ["POST uploads", "PUT partNumber=1&uploadId=i/d+&1", failed, "DELETE uploadId=i/d+&1"])
    }

    /// It is then not known whether the object exists.
    @Test(arguments: [HTTPStatus.serviceUnavailable, .ok])
    func whatFailsAtTheEndIsAbortedAndDeleted(_ status: HTTPStatus) throws {
        let failure = HTTPResponse(status, body: .bytes(Array("<Error><Code>InternalError</Code></Error>".utf8)))
        let calls = try recorded(failing: "POST uploadId=i/d+&1", with: failure, Self.inTwoParts).map(\.what)
        #expect(calls.suffix(3) == ["POST uploadId=i/d+&1", "DELETE uploadId=i/d+&1", "DELETE"])
    }

    @Test func aPutThatFailsIsDeletedToo() throws {
        let calls = try recorded(failing: "PUT") { upload in
            do {
                try await upload.finish()
                Issue.record("no error")
            } catch is S3Error {
                try await upload.discard()
            }
        }
        #expect(calls.map(\.what) == ["PUT", "DELETE"])
    }

    @Test func nothingIsUndoneWhereNothingWasDone() throws {
        #expect(
            try recorded { upload in
                try await upload.write([1])
                try await upload.discard()
            } == [])
    }

    @Test func whatIsFinishedCanBeDiscarded() throws {
        let calls = try recorded { upload in
            try await upload.write([UInt8](repeating: 7, count: Self.part + 1))
            try await upload.finish()
            try await upload.discard()
        }
        #expect(calls.last?.what == "DELETE" && !calls.map(\.what).contains("DELETE uploadId=i/d+&1"))
    }

    /// A cancelled task cleans up nevertheless.
    @Test func discardingGoesOnInACancelledTask() throws {
        let calls = try recorded { upload in
            try await upload.write([UInt8](repeating: 7, count: Self.part + 1))
            let begun = upload
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    #expect(Task.isCancelled)
                    try await begun.discard()
                }
                try await group.waitForAll()
            }
        }
        #expect(calls.last?.what == "DELETE uploadId=i/d+&1")
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
