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
/// The stage is not part of the product's state: it has no version, and entity tags do not depend on it.
struct ImageStages: Sendable {
    /// Occurs only as this member of an image, because quotes within JSON strings are escaped.
    private static let pending = Array(#""status":"pending""#.utf8)

    let progress: ImageProgress

    /// `body` with the present stages. It is `{"data":…}` with a product or one of its images.
    func shown(in body: [UInt8]) async -> [UInt8] {
        let places = Self.places(in: body)
        guard !places.isEmpty, let data = try? JSONDocument(parsing: body).root["data"] else { return body }
        let images = (data["images"]?.elements ?? [data]).filter { $0["status"]?.string == "pending" }
        let ids = images.compactMap { $0["id"]?.string.map { ImageID($0) } }
        guard ids.count == places.count, let stages = try? await progress.stages(of: ids) else { return body }
        var shown: [UInt8] = []
        var end = 0
        for (place, stage) in zip(places, stages) {
            guard let stage else { continue }
            shown += body[end..<place]
            shown += stage.members
            end = place + Self.pending.count
        }
        return shown + body[end...]
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
