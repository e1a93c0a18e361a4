package import Events
package import Redis

/// The compressor's present stage with an image. It is not a fact, so it is not on the log; Redis forgets it when the
/// compressor ends.
package struct ImageProgress: Sendable {
    package enum Stage: Sendable, Equatable {
        case fetching, processing
        case waiting(Wait)
    }

    /// The reason why an image has to wait.
    package struct Wait: Sendable, Equatable {
        /// The number of attempts so far.
        package let attempts: Int
        package let next: Timestamp
        /// The reason why the last attempt failed: a stable word.
        package let reason: String

        package init(attempts: Int, next: Timestamp, reason: String) {
            self.attempts = attempts
            self.next = next
            self.reason = reason
        }
    }

    /// The lifetime in milliseconds: longer than an attempt or the wait for the next one may take.
    private static let lifetime = 4_000_000

    private let redis: RedisClient

    package init(_ redis: RedisClient) { self.redis = redis }

    private static func key(_ image: ImageID) -> RedisArgument { .string("warelog:image:\(image.text)") }

    /// Records the stage; nil when the compressor is done with the image. Failures are ignored, because the stage is
    /// only informative.
    package func tell(_ stage: Stage?, of image: ImageID) async {
        if let stage {
            let lifetime = RedisArgument.int(Int64(Self.lifetime))
            _ = try? await redis.command(["SET", Self.key(image), .string(stage.text), "PX", lifetime])
        } else {
            _ = try? await redis.command(["DEL", Self.key(image)])
        }
    }

    /// The stages, in the order of `images`.
    package func stages(of images: [ImageID]) async throws(RedisError) -> [Stage?] {
        if images.isEmpty { return [] }
        guard case .array(let replies) = try await redis.command(["MGET"] + images.map(Self.key)),
            replies.count == images.count
        else { return images.map { _ in nil } }
        return replies.map { reply in
            if case .string(let bytes) = reply { Stage(String(decoding: bytes, as: UTF8.self)) } else { nil }
        }
    }
}

extension ImageProgress.Stage {
    fileprivate var text: String {
        switch self {
        case .fetching: "fetching"
        case .processing: "processing"
        case .waiting(let wait): "waiting \(wait.attempts) \(wait.next.milliseconds) \(wait.reason)"
        }
    }

    /// Nil for text that another version has written.
    fileprivate init?(_ text: String) {
        let words = text.split(separator: " ")
        switch words.first {
        case "fetching": self = .fetching
        case "processing": self = .processing
        case "waiting" where words.count == 4:
            guard let attempts = Int(words[1]), let next = Int64(words[2]) else { return nil }
            self = .waiting(.init(attempts: attempts, next: Timestamp(milliseconds: next), reason: String(words[3])))
        default: return nil
        }
    }
}
