import EventLoop
import Redis
import Testing

/// No server is needed: a client can be opened and closed without one.
@Suite(.timeLimit(.minutes(1)))
struct ScopeTests {
    private struct Stumble: Error {}

    @Test func aThrowInsideClosesTheClient() throws {
        let loop = try EventLoop()
        try loop.run {
            var kept: RedisClient?
            do {
                try await withRedis(RedisConfiguration(host: "127.0.0.1", port: 1), loop: loop) { redis in
                    kept = redis
                    throw Stumble()
                }
                Issue.record("nothing was thrown")
            } catch is Stumble {}
            let redis = try #require(kept)
            do throws(RedisError) {
                _ = try await redis.command(["PING"])
                Issue.record("the client still takes commands")
            } catch {
                #expect(error.kind == .closed)
            }
        }
    }
}
