import Base
import Events
import Glibc
import JSON
import ProductCache
import Redis

extension ImageProgress.Stage {
    /// The members that replace `"status":"pending"`.
    fileprivate var members: [UInt8] {
        let object = JSONWriter.object { json in
            switch self {
            case .fetching: json.member("status", "fetching")
            case .processing: json.member("status", "processing")
            case .waiting(let wait):
                json.member("status", "pending")
                json.member("attempts", wait.attempts)
                json.member("next_attempt_at", wait.next.description)
                json.member("reason", wait.reason)
            }
        }
        return Array(object.dropFirst().dropLast())
    }
}

/// Adds to a document what the compressor is doing with pending images: `fetching` or `processing` in place of
/// `pending`.
///
/// The stage is not part of the product's state and has no version. A document that shows one has a tag of its own, so
/// that one tag names one body.
struct ImageStages: Sendable {
    /// Occurs only as this member of an image, because quotes within JSON strings are escaped.
    private static let pending = Array(#""status":"pending""#.utf8)

    let progress: ImageProgress

    /// A document with stages, and a digest of them: 16 hexadecimal digits. Nil if the document shows none.
    struct Shown: Sendable {
        let body: [UInt8]
        let digest: String?

        /// The tag of the body; `tag` is that of the document without stages.
        func entityTag(_ tag: String) -> String { digest.map { "\(tag.dropLast()).\($0)\"" } ?? tag }
    }

    /// `body` with the present stages. It is `{"data":…}` with a product or one of its images.
    func shown(in body: [UInt8]) async -> Shown {
        let places = Self.places(in: body)
        let unchanged = Shown(body: body, digest: nil)
        guard !places.isEmpty, let data = try? JSONDocument(parsing: body).root["data"] else { return unchanged }
        let images = (data["images"]?.elements ?? [data]).filter { $0["status"]?.string == "pending" }
        let ids = images.compactMap { $0["id"]?.string.map { ImageID($0) } }
        guard ids.count == places.count, let stages = try? await progress.stages(of: ids) else { return unchanged }
        var shown: [UInt8] = []
        var digest = ""
        var end = 0
        for (place, stage) in zip(places, stages) {
            guard let stage else { continue }
            shown += body[end..<place]
            shown += stage.members
            digest += "\(place) \(String(decoding: stage.members, as: UTF8.self)) "
            end = place + Self.pending.count
        }
        if digest.isEmpty { return unchanged }
        return Shown(body: shown + body[end...], digest: Hexadecimal.text(FNV1a.hash(digest)))
    }

    private static func places(in body: [UInt8]) -> [Int] {
        body.withUnsafeBytes { body in
            guard let start = body.baseAddress else { return [] }
            var places: [Int] = []
            var index = 0
            while let found = memmem(start + index, body.count - index, pending, pending.count) {
                places.append(UnsafeRawPointer(found) - start)
                index = UnsafeRawPointer(found) - start + pending.count
            }
            return places
        }
    }
}
