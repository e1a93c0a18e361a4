import Base
import Cryptography
import EventLoop
import Events
import HTTPClient
import HTTPMessages
import HTTPServer
import ImageHeaders
import NetworkTesting
import S3
import Telemetry
import Testing

@testable import Gateway

/// Uploads between a client and an object store that the test plays.
@Suite(.timeLimit(.minutes(20)))
struct ImageUploadsTests {
    private struct Store {
        var calls: [String] = []
        var bytes: [UInt8] = []
        var failing: String?
    }

    /// A PNG of this many bytes, whose header is valid.
    private static func picture(_ count: Int = 100) -> [UInt8] {
        let header: [UInt8] = [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1,
            8, 0,
            0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55,
        ]
        return header + (header.count..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }
    }

    private func withUploads<Value: Sendable>(
        failing: String? = nil, _ body: @escaping @Sendable (EventLoop, ImageUploads, Box<Store>) async throws -> Value
    ) throws -> Value {
        try onLoop { loop in
            let http = try HTTPClient(loop: loop)
            defer { http.close() }
            let store = Box(Store(failing: failing))
            return try await withServer(
                on: loop,
                handler: { request in
                    guard let bytes = try? await request.body.collect(upTo: .max) else {
                        return HTTPResponse(.badRequest)
                    }
                    let call = ([request.method.description] + request.query.map(\.name)).joined(separator: " ")
                    store.value.calls.append(call)
                    if call == store.value.failing { return HTTPResponse(.internalServerError) }
                    if request.method == .put { store.value.bytes += bytes }
                    return HTTPResponse(
                        .ok, headers: ["ETag": "\"e\""], body: .bytes(Array("<R><UploadId>i</UploadId></R>".utf8)))
                }
            ) { server in
                try await body(loop, uploads(http, port: server.port), store)
            }
        }
    }

    private func uploads(_ http: HTTPClient, port: UInt16, slots: Int = 2) -> ImageUploads {
        ImageUploads(
            store: S3Client(
                configuration: S3Configuration(
                    endpoint: "http://127.0.0.1:\(port)", region: "us-east-1", bucket: "b", accessKey: "a",
                    secretKey: Secret("s"),
                    publicBaseURL: ""), client: http),
            slots: UploadSlots(slots), maximumBytes: 12 << 20, limits: ImageHeaderLimits(pixels: 100),
            log: Log(service: "test", minimum: .error, now: WallClock.now, write: { _ in }))
    }

    private static func file(_ bytes: [UInt8], upTo limit: Int = 12 << 20) throws -> UploadedFile {
        try UploadedFile(try #require(HTTPRequest(.post, "/", body: bytes)), upTo: limit)
    }

    private static func problem(_ body: () async throws -> Void) async -> Problem? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test(arguments: [100, 6 << 20])
    func whatIsTakenIsStoredAsItCameAndDescribed(_ size: Int) throws {
        let bytes = Self.picture(size)
        let (event, store) = try withUploads { _, uploads, store in
            (try await uploads.take(Self.file(bytes)).uploaded(to: .init(7)!, of: nil), store.value)
        }
        #expect(store.bytes == bytes)
        #expect(event.digest == SHA256.hex(bytes) && event.bytes == size)
        #expect(event.contentType == "image/png" && event.width == 1 && event.height == 1)
    }

    /// No object has to be deleted for a picture that is invalid.
    @Test func whatIsRefusedForItsHeaderNeverReachesTheStore() throws {
        let rows: [(bytes: [UInt8], kind: Problem.Kind)] = [
            ([], .invalidImage), (Array("II*\0".utf8), .unsupportedImage),
            (Array(Self.picture().prefix(20)), .invalidImage),
            (Array(repeating: 0xFF, count: 1), .unsupportedImage),
        ]
        for row in rows {
            let (problem, store) = try withUploads { _, uploads, store in
                (await Self.problem { _ = try await uploads.take(Self.file(row.bytes)) }, store.value)
            }
            #expect(problem?.kind == row.kind)
            #expect(store.calls == [])
        }
    }

    @Test(arguments: ["POST uploads", "PUT partNumber uploadId", "POST uploadId"])
    func aStoreThatFailsIsAProblemThatPassesAndNothingStays(_ failing: String) throws {
        let (problem, store) = try withUploads(failing: failing) { _, uploads, store in
            (await Self.problem { _ = try await uploads.take(Self.file(Self.picture(6 << 20))) }, store.value)
        }
        #expect(problem?.kind == .unavailable && problem?.headers["Retry-After"] != nil)
        #expect(store.calls.contains("DELETE uploadId") == (failing != "POST uploads"))
    }

    @Test func aStoreThatIsAwayIsAProblemThatPasses() throws {
        let problem = try onLoop { loop in
            let http = try HTTPClient(loop: loop)
            defer { http.close() }
            let server = try HTTPServer(configuration: .init(), loop: loop) { _ in HTTPResponse(.ok) }
            await server.stop(drain: .zero)  // its port is nobody's now
            let uploads = uploads(http, port: server.port)
            return await Self.problem { _ = try await uploads.take(Self.file(Self.picture())) }
        }
        #expect(problem?.kind == .unavailable && problem?.headers["Retry-After"] != nil)
    }

    /// A client of a real server stops when the first part is stored; another client sends more than the limit.
    @Test(arguments: [true, false])
    func ofAnUploadThatDoesNotEndNothingStays(_ breaksOff: Bool) throws {
        let (problem, store) = try withUploads { loop, uploads, store in
            let ended = Box<AsyncStream<Problem?>.Continuation?>(nil)
            let results = AsyncStream<Problem?> { ended.value = $0 }
            return try await withServer(
                on: loop,
                handler: { request in
                    let problem = await Self.problem {
                        _ = try await uploads.take(UploadedFile(request, upTo: uploads.maximumBytes))
                    }
                    ended.value?.yield(problem)
                    return HTTPResponse(.ok)
                }
            ) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                let pieces = breaksOff ? 6 : 13
                for number in 0..<pieces {
                    let piece = number == 0 ? Self.picture(1 << 20) : [UInt8](repeating: 1, count: 1 << 20)
                    // The server need not read all of a body that it refuses.
                    do { try await connection.send(Array("100000\r\n".utf8) + piece + [13, 10]) } catch { break }
                }
                if breaksOff {
                    while !store.value.calls.contains("PUT partNumber uploadId") {
                        try await loop.sleep(for: .milliseconds(1))
                    }
                    connection.close()
                }
                var iterator = results.makeAsyncIterator()
                let problem = await iterator.next() ?? nil
                connection.close()
                return (problem, store.value)
            }
        }
        #expect(problem?.kind == (breaksOff ? nil : .imageTooLarge))
        #expect(store.calls.contains("PUT partNumber uploadId"))
        #expect(store.calls.last == "DELETE uploadId")
    }

    @Test func whoComesWhenAllSlotsAreTakenIsToldSoAtOnce() async throws {
        let slots = UploadSlots(2)
        let inner = await Self.problem {
            try await slots.withSlot {
                try await slots.withSlot { try await slots.withSlot {} }
            }
        }
        #expect(inner?.kind == .overloaded && inner?.headers["Retry-After"] != nil)
        // The slots are given back, even by uploads that fail.
        for _ in 0..<3 { try await slots.withSlot { try await slots.withSlot {} } }
    }
}
