import Events
import Redis

/// What was made of which bytes lately, so that the same bytes are compressed once, by whichever compressor.
///
/// It forgets by itself long before `warelog media gc` may delete what nobody refers to: what is found here is there.
/// Without Redis it knows nothing, and the same objects are written again.
package struct RenditionMemory: Sendable {
    /// Of the objects, since they were written, in milliseconds.
    private static let lifetime = 3_600_000

    private let redis: RedisClient

    package init(_ redis: RedisClient) { self.redis = redis }

    private static func key(_ digest: String, _ recipe: String) -> RedisArgument {
        .string("warelog:renditions:\(digest):\(recipe)")
    }

    /// `digest` is of the source, `recipe` names what is done to it.
    package func image(of digest: String, _ recipe: String) async -> CompressedImage? {
        guard case .string(let bytes)? = try? await redis.command(["GET", Self.key(digest, recipe)]) else { return nil }
        return try? CompressedImage(json: bytes)  // written by another version: as good as none
    }

    package func remember(_ image: CompressedImage, of digest: String, _ recipe: String) async {
        let lifetime = RedisArgument.int(Int64(Self.lifetime))
        _ = try? await redis.command(["SET", Self.key(digest, recipe), .bytes(image.json), "PX", lifetime])
    }
}
