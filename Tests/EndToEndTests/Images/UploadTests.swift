import Base
import EventLoop
import Events
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import Kafka
import NetworkTesting
import Postgres
import Testing

@testable import S3

extension EndToEnd {
    /// Images that clients upload.
    @Suite struct UploadTests {
        @Test func anUploadBecomesACompressedImageAndStaysPrivate() throws {
            try Environment.run { warelog in
                let store = warelog.store
                let id = try await warelog.create(price: "1").id
                // The second file is longer than a part of a multipart upload; the bytes after the end of a JPEG belong
                // to nothing.
                let files: [(bytes: [UInt8], type: String)] = [
                    (PictureRequests.photo, "image/jpeg"), (PictureRequests.photo + Self.zeros(6 << 20), "image/png"),
                    (Self.form("file", PictureRequests.drawing), Self.formType), (PictureRequests.webp, "image/webp"),
                ]
                for (number, file) in files.enumerated() {
                    let answer = try await warelog.upload(file.bytes, as: file.type, to: id)
                    #expect(answer.status == .created)
                    #expect(answer.json?["message"]?.string == "Image uploaded successfully")
                    #expect(answer.headers["ETag"]?.hasPrefix("\"\(number + 2).") == true)
                    #expect(answer.headers["Consistency-Token"] != nil)
                    let image = try #require(answer.data?["images"]?.elements.last)
                    let location = try #require(answer.headers["Location"])
                    #expect(location == "/products/\(id)/images/\(image["id"]?.string ?? "")")
                    let shown = try await warelog.send(.get, location)
                    #expect(shown.status == .ok && shown.data?["source"]?.string == image["source"]?.string)
                }
                let images = try await warelog.finished(id)["images"]?.elements ?? []
                #expect(images.map { $0["status"]?.string } == files.map { _ in "compressed" })
                #expect(images.map { $0.full?["width"]?.integer } == [2048, 2048, 400, 500])
                for image in images {
                    let public_ = try await warelog.client.send(
                        HTTPClientRequest(.get, image.full?["url"]?.string ?? ""))
                    #expect(public_.status == .ok)
                    let key = try #require(UploadID(source: image["source"]?.string ?? "")).objectKey
                    #expect(try await store.head(key: key) != nil)
                    let original = try await warelog.client.send(HTTPClientRequest(.get, try store.publicURL(key: key)))
                    #expect(!original.status.isSuccess)
                }
                let listing = "\(store.configuration.publicBaseURL)/?list-type=2&prefix=uploads%2F"
                #expect(!(try await warelog.client.send(HTTPClientRequest(.get, listing)).status.isSuccess))
            }
        }

        @Test func whatIsNoImageIsRefusedAndNothingIsStored() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(price: "1").id
                let gone = try await warelog.create(price: "1").id
                #expect(try await warelog.send(.delete, "/products/\(gone)").status == .noContent)
                let full = try await warelog.create(images: (0..<20).map { "missing-\($0).jpg" }).id
                _ = try await warelog.finished(full)
                let before = try await warelog.storedUploads()
                let photo = PictureRequests.photo
                let tiff = Array("II*\0".utf8) + Self.zeros(10 << 20)
                let long = photo + Self.zeros(20 << 20)
                let rows: [(path: String, bytes: [UInt8], type: String, status: Int, kind: String)] = [
                    ("\(id)", tiff, "image/tiff", 415, "unsupported-media-type"),
                    ("\(id)", tiff, "image/png", 415, "unsupported-image"),
                    ("\(id)", Self.form("image", Array("<svg/>".utf8)), Self.formType, 415, "unsupported-image"),
                    ("\(id)", [], "image/png", 422, "invalid-image"),
                    ("\(id)", Array(photo.prefix(10)), "image/jpeg", 422, "invalid-image"),
                    ("\(id)", Self.form("picture", photo), Self.formType, 422, "invalid-document"),
                    ("\(id)", Array(Self.form("image", photo).dropLast(10)), Self.formType, 400, "malformed-request"),
                    ("\(id)", long, "image/jpeg", 413, "image-too-large"),
                    ("\(id)", Self.form("image", long), Self.formType, 413, "image-too-large"),
                    ("9007199254740991", photo, "image/jpeg", 404, "product-not-found"),
                    ("x", photo, "image/jpeg", 404, "product-not-found"),
                    ("\(gone)", photo, "image/jpeg", 404, "product-not-found"),
                    ("\(full)", photo, "image/jpeg", 409, "too-many-images"),
                ]
                for row in rows {
                    let answer = try await warelog.upload(row.bytes, as: row.type, to: row.path)
                    #expect(answer.status.code == row.status, "\(row.kind)")
                    #expect(answer.json?["type"]?.string == "urn:warelog:problem:\(row.kind)")
                }
                let stale = try await warelog.upload(photo, as: "image/jpeg", to: "\(id)", ["If-Match": "\"0.0\""])
                #expect(stale.status == .preconditionFailed)
                #expect(try await warelog.send(.put, "/products/\(id)/images", "{}").status == .methodNotAllowed)
                #expect(try await warelog.storedUploads() == before)
                try await Self.expectNothingHappened(to: id, warelog)
            }
        }

        @Test func anUploadThatComesAgainIsTheSame() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(price: "1").id
                let before = try await warelog.storedUploads()
                let photo = PictureRequests.photo
                let headers: HTTPHeaders = [
                    "Idempotency-Key": "k-\(UInt64.random(in: 0 ... .max))", "If-Match": "\"1.0\"",
                ]
                // Two attempts are in flight at once; one of them takes effect.
                async let one = warelog.upload(photo, as: "image/jpeg", to: "\(id)", headers)
                async let other = warelog.upload(Self.form("image", photo), as: Self.formType, to: "\(id)", headers)
                let first = try await [one, other]
                let again = try await warelog.upload(photo, as: "application/octet-stream", to: "\(id)", headers)
                for answer in first + [again] {
                    #expect(answer.status == .created && answer.body == again.body)
                    for name in ["Location", "ETag", "Consistency-Token"] {
                        #expect(answer.headers[name] == again.headers[name])
                    }
                }
                #expect(again.headers["Idempotency-Replayed"] == "true")
                #expect(first.count { $0.headers["Idempotency-Replayed"] == nil } == 1)
                let reused = try await warelog.upload(PictureRequests.drawing, as: "image/png", to: "\(id)", headers)
                #expect(reused.json?["type"]?.string == "urn:warelog:problem:idempotency-key-reused")
                #expect(try await warelog.storedUploads().count == before.count + 1)
                // Nothing stays of an upload without effect. The gateway might not have seen version 7 yet, so the fold
                // judges it.
                for tag in ["\"1.0\"", "\"7.0\""] {
                    let refused = try await warelog.upload(photo, as: "image/jpeg", to: "\(id)", ["If-Match": tag])
                    #expect(refused.status == .preconditionFailed)
                }
                #expect(try await warelog.finished(id)["images"]?.elements.count == 1)
                #expect(try await warelog.storedUploads().count == before.count + 1)
                // The upload is answered before it is folded; the answer names its future path.
                let pending = try await warelog.upload(
                    photo, as: "image/jpeg", to: "\(id)", ["Prefer": "respond-async"])
                #expect(pending.status == .accepted)
                let resource = try #require(pending.data?["resource"]?.string)
                #expect(resource.hasPrefix("/products/\(id)/images/"))
                let folded = "select 1 from products where id = $1 and json_array_length(images) = 2"
                try await warelog.fold { try await warelog.database.query(folded, [.int(id)]).rows.count == 1 }
                _ = try await warelog.finished(id)
                #expect(try await warelog.send(.get, resource).status == .ok)
            }
        }

        @Test(arguments: [true, false])
        func aClientThatBreaksOffLeavesNothing(_ isPartStored: Bool) throws {
            try Environment.run { warelog in
                let id = try await warelog.create(price: "1").id
                let before = try await warelog.storedUploads()
                let unfinished = try await warelog.unfinishedUploads()
                let port = UInt16(warelog.processes.ports[.gateway] ?? 0)
                let connection = try RawConnection.connect(on: warelog.loop, port: port)
                try await connection.send(
                    """
                    POST /products/\(id)/images HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r
                    Content-Length: 10000000\r\n\r\n
                    """)
                try await connection.send(PictureRequests.photo)
                try await connection.send(Self.zeros(6 << 20))
                while isPartStored, try await warelog.unfinishedUploads() == unfinished {
                    try await warelog.loop.sleep(for: .milliseconds(20))
                }
                connection.close()
                await warelog.processes.awaitLog(of: .gateway, "\"path\":\"/products/\(id)/images\",\"status\":")
                #expect(try await warelog.unfinishedUploads() == unfinished)
                #expect(try await warelog.storedUploads() == before)
                try await Self.expectNothingHappened(to: id, warelog)
                let log = String(decoding: warelog.processes.logs[.gateway] ?? [], as: UTF8.self)
                #expect(!log.contains("\"level\":\"error\""))
            }
        }

        private static let formType = "multipart/form-data; boundary=warelog"

        /// The next change of a new product makes its second version, and the product has no image. The end of the log
        /// would not show this, because the compressor may still be answering for images that other tests left.
        private static func expectNothingHappened(to id: Int64, _ warelog: Environment) async throws {
            let changed = try await warelog.send(.patch, "/products/\(id)", #"{"product_name":"next"}"#)
            #expect(changed.data?["version"]?.integer == 2)
            #expect(changed.data?["images"]?.elements.count == 0)
        }

        private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

        private static func form(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
            let head = """
                --warelog\r
                Content-Disposition: form-data; name="\(name)"; filename="a b.jpg"\r
                Content-Type: image/jpeg\r\n\r\n
                """
            return Array(head.utf8) + bytes + Array("\r\n--warelog--\r\n".utf8)
        }
    }
}

extension Environment {
    var store: S3Client {
        let variable = { (name: String) in getenv(name).map { String(cString: $0) } ?? "" }
        return S3Client(
            configuration: S3Configuration(
                endpoint: variable("S3_ENDPOINT"), region: variable("S3_REGION"), bucket: variable("S3_BUCKET_NAME"),
                accessKey: variable("S3_ACCESS_KEY"), secretKey: Secret(variable("S3_SECRET_KEY")),
                publicBaseURL: variable("S3_PUBLIC_BASE_URL")), client: client)
    }

    func upload(
        _ bytes: [UInt8], as type: String, to product: some CustomStringConvertible & Sendable,
        _ headers: HTTPHeaders = [:]
    ) async throws -> HTTPClientResponse {
        var headers = headers
        headers["Content-Type"] = type
        return try await client.send(
            HTTPClientRequest(
                .post, "http://127.0.0.1:\(processes.ports[.gateway] ?? 0)/products/\(product)/images",
                headers: headers, body: bytes))
    }

    func storedUploads() async throws -> [String] {
        var keys: [String] = []
        while true {
            let page = try await store.objects(prefix: "uploads/", after: keys.last).map(\.key)
            if page.isEmpty { return keys }
            keys += page
        }
    }

    /// Returns the uploads in parts that are not finished.
    func unfinishedUploads() async throws -> [String] {
        XMLDocument(try await store.send(.get, "/\(store.configuration.bucket)?uploads=").body).all("Key")
    }
}
