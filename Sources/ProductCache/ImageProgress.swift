import Events
import Redis

/// What the compressor is doing with an image at this moment. No fact, so it is not on the log: it is told in passing, and
/// forgotten by itself when the compressor ends.
package struct ImageProgress: Sendable {
    package enum Stage: String, Sendable {
        case fetching, processing
    }

    /// Longer than an attempt may take.
    private static let lifetime = 300_000

    private let redis: RedisClient

    package init(_ redis: RedisClient) { self.redis = redis }

    private static func key(_ image: ImageID) -> RedisArgument { .string("warelog:image:\(image.text)") }

    /// Nil when nothing is being done with it. Nobody waits for this to work.
    package func tell(_ stage: Stage?, of image: ImageID) async {
        if let stage {
            let lifetime = RedisArgument.int(Int64(Self.lifetime))
            _ = try? await redis.command(["SET", Self.key(image), .string(stage.rawValue), "PX", lifetime])
        } else {
            _ = try? await redis.command(["DEL", Self.key(image)])
        }
    }

    /// In the order of `images`.
    package func stages(of images: [ImageID]) async throws(RedisError) -> [Stage?] {
        if images.isEmpty { return [] }
        guard case .array(let replies) = try await redis.command(["MGET"] + images.map(Self.key)),
            replies.count == images.count
        else { return images.map { _ in nil } }
        return replies.map { reply in
            if case .string(let bytes) = reply { Stage(rawValue: String(decoding: bytes, as: UTF8.self)) } else { nil }
        }
    }
}
