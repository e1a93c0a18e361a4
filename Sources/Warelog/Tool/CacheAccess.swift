import ProductCache
import Redis

/// Tells the cache what a command has changed behind the projectors' backs. When Redis is away, the projectors make it
/// forget everything as soon as it is back.
struct CacheAccess: Sendable {
    private static let patience = Duration.seconds(5)

    let tool: Tool

    func forgetAll() async { await with { try await $0.removeAll() } }

    func forget(_ changes: [ProductCache.Change]) async {
        await with { cache in
            var rest = changes[...]
            while !rest.isEmpty {
                try await cache.invalidate(Array(rest.prefix(ProductCache.maximumChanges)), watermarks: [:])
                rest = rest.dropFirst(ProductCache.maximumChanges)
            }
        }
    }

    private func with(_ body: @escaping @Sendable (ProductCache) async throws -> Void) async {
        let redis = RedisClient(tool.settings.redis, loop: tool.loop)
        redis.start()
        do {
            try await tool.loop.withDeadline(Self.patience) {
                for await isConnected in redis.connectionStates() where isConnected { break }
                try await body(ProductCache(redis))
            }
        } catch {
            Output.error.line("warelog: the cache could not be told: \(error)")
        }
        await redis.close()
    }
}
