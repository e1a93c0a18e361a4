import HTTPMessages
import HTTPServer
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct UploadedFileTests {
    /// The bytes of the file, or the problem and the places that it names.
    private func read(_ body: [UInt8], as type: String?, upTo limit: Int = 1000) async throws -> String {
        let request = try #require(
            HTTPRequest(.post, "/", headers: type.map { ["Content-Type": $0] } ?? [:], body: body))
        do {
            var file = try UploadedFile(request, upTo: limit)
            var bytes: [UInt8] = []
            while let piece = try await file.next() { bytes += piece }
            return String(decoding: bytes, as: UTF8.self)
        } catch let problem as Problem {
            let places = problem.faults.map { fault in
                if case .pointer(let pointer) = fault.place { "\(pointer) \(fault.code)" } else { "" }
            }
            return ([problem.kind.rawValue] + places).joined(separator: " ")
        }
    }

    private static func part(_ name: String, _ data: String = "bytes") -> String {
        "--B\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"f\"\r\n\r\n\(data)\r\n"
    }

    private static let rows: [(type: String?, body: String, result: String)] = [
        (nil, "bytes", "bytes"), ("image/jpeg", "bytes", "bytes"), ("image/png", "", ""),
        ("image/webp", "bytes", "bytes"), ("image/gif", "bytes", "bytes"), ("image/avif", "bytes", "bytes"),
        ("image/heic", "bytes", "bytes"),
        ("image/jpg", "bytes", "bytes"), ("image/pjpeg", "bytes", "bytes"), ("Image/X-PNG; a", "bytes", "bytes"),
        ("multipart/form-data; boundary=", "", "malformed-request"),
        ("multipart/form-data; boundary=B; boundary=B", part("image") + "--B--", "malformed-request"),
        ("multipart/form-data; boundary==B=", part("image").replacing("--B", with: "--=B=") + "--=B=--", "bytes"),
        ("APPLICATION/octet-stream; x=y", "bytes", "bytes"),
        ("image/tiff", "bytes", "unsupported-media-type"), ("application/json", "{}", "unsupported-media-type"),
        ("application/x-www-form-urlencoded", "bytes", "unsupported-media-type"),
        ("multipart/mixed; boundary=B", "", "unsupported-media-type"),
        ("", "bytes", "unsupported-media-type"), ("multipart/form-data", "bytes", "malformed-request"),
        ("multipart/form-data; boundary=B", part("image") + "--B--", "bytes"),
        ("multipart/form-data; boundary=B", part("file") + "--B--", "bytes"),
        ("multipart/form-data; boundary=B", part("image", "") + "--B--", ""),
        ("multipart/form-data; boundary=B", part("image"), "malformed-request"),
        ("multipart/form-data; boundary=B", "bytes", "malformed-request"),
        ("multipart/form-data; boundary=B", "--B--", "invalid-document /image required"),
        (
            "multipart/form-data; boundary=B", part("image") + part("image") + "--B--",
            "invalid-document /image too-many"
        ),
        ("multipart/form-data; boundary=B", part("image") + part("file") + "--B--", "invalid-document /file too-many"),
        ("multipart/form-data; boundary=B", part("a/b~") + "--B--", "invalid-document /a~1b~0 unknown-field"),
        (
            "multipart/form-data; boundary=B", part("image") + part("title") + "--B--",
            "invalid-document /title unknown-field"
        ),
    ]

    @Test func aRequestBringsOneFileOrIsRefused() async throws {
        for row in Self.rows {
            #expect(
                try await read(Array(row.body.utf8), as: row.type) == row.result, "\(row.type ?? "no type") \(row.body)"
            )
        }
    }

    @Test func aFileHasAtMostSoManyBytes() async throws {
        let file = String(repeating: "x", count: 1000)
        let form = "multipart/form-data; boundary=B"
        for (limit, isTaken) in [(1000, true), (999, false)] {
            let result = isTaken ? file : "image-too-large"
            #expect(try await read(Array(file.utf8), as: nil, upTo: limit) == result)
            #expect(try await read(Array((Self.part("image", file) + "--B--").utf8), as: form, upTo: limit) == result)
        }
        let preamble = String(repeating: "p", count: 100_000) + "\r\n"
        #expect(try await read(Array((preamble + Self.part("image") + "--B--").utf8), as: form) == "image-too-large")
    }
}
