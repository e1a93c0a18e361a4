package import EventLoop

/// Connects to Redis for the time of `body`, again whenever that is needed, and closes however `body` ends.
package func withRedis<Value>(
    _ configuration: RedisConfiguration, loop: EventLoop, _ body: (RedisClient) async throws -> Value
) async throws -> Value {
    let client = RedisClient(configuration, loop: loop)
    client.start()
    do {
        let value = try await body(client)
        await client.close()
        return value
    } catch {
        await client.close()
        throw error
    }
}
