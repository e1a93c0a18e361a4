package import Events
package import Redis

/// The renditions that were made of files lately, so that all compressors together compress the same bytes once.
///
/// Entries expire long before `warelog media gc` may delete unreferenced objects, so the objects of an entry exist.
/// Without Redis there are no entries, and the same objects are written again.
package struct RenditionMemory: Sendable {
    /// The lifetime of an entry since its objects were written, in milliseconds.
    private static let lifetime = 3_600_000

    private let redis: RedisClient

    package init(_ redis: RedisClient) { self.redis = redis }

    private static func key(_ digest: String, _ recipe: String) -> RedisArgument {
        .string("warelog:renditions:\(digest):\(recipe)")
    }

    /// The renditions of the source with this digest; `recipe` names how they are made.
    package func image(of digest: String, _ recipe: String) async -> CompressedImage? {
        guard case .string(let bytes)? = try? await redis.command(["GET", Self.key(digest, recipe)]) else { return nil }
        return try? CompressedImage(json: bytes)  // written by another version: as good as none
    }

    package func remember(_ image: CompressedImage, of digest: String, _ recipe: String) async {
        let lifetime = RedisArgument.int(Int64(Self.lifetime))
        _ = try? await redis.command(["SET", Self.key(digest, recipe), .bytes(image.json), "PX", lifetime])
    }
}
