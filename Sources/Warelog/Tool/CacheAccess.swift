import EventLoop
import ProductCache
import Redis

/// Invalidates the cache after a command has changed the read model past the projectors. While Redis is unavailable,
/// this is left to the projectors, which remove all entries when Redis is back.
struct CacheAccess: Sendable {
    private static let patience = Duration.seconds(5)

    let tool: Tool

    func forgetAll() async { await withCache { try await $0.removeAll() } }

    func forget(_ changes: [ProductCache.Change]) async {
        await withCache { cache in
            var rest = changes[...]
            while !rest.isEmpty {
                try await cache.invalidate(Array(rest.prefix(ProductCache.maximumChanges)), watermarks: [:])
                rest = rest.dropFirst(ProductCache.maximumChanges)
            }
        }
    }

    private func withCache(_ body: @escaping @Sendable (ProductCache) async throws -> Void) async {
        do {
            try await withRedis(tool.settings.redis, loop: tool.loop) { redis in
                try await tool.loop.withDeadline(Self.patience) {
                    for await isConnected in redis.connectionStates() where isConnected { break }
                    try await body(ProductCache(redis))
                }
            }
        } catch {
            StandardStream.error.line("warelog: the cache could not be invalidated: \(error)")
        }
    }
}
