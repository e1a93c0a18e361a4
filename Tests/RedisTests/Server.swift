import EventLoop
import Glibc
import Redis
import Testing

/// The server that the environment names, and scopes on it.
enum Server {
    static let missing: Comment = "REDIS_HOST is not set: no Redis server to test against"

    /// The suite's own limit reports a test that hangs; only this limit ends it, because its loop blocks the thread.
    static let limit = Duration.seconds(40)

    static var isThere: Bool { environment("REDIS_HOST") != nil }

    static func configuration() throws -> RedisConfiguration {
        RedisConfiguration(
            host: try #require(environment("REDIS_HOST")), port: Int(environment("REDIS_PORT") ?? "6379") ?? 6379,
            connectTimeout: .seconds(5), commandTimeout: .seconds(10))
    }

    /// Runs `body` on a loop of its own, with a connected client and a prefix for its keys, which are deleted
    /// afterwards.
    static func withClient(
        _ change: (inout RedisConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (RedisClient, _ prefix: String, EventLoop) async throws -> Void
    ) throws {
        let plain = try configuration()
        var changed = plain
        change(&changed)
        let configuration = changed
        let prefix = "test:\(UInt64.random(in: 0 ... .max)):"
        let loop = try EventLoop()
        try loop.run {
            let client = RedisClient(configuration, loop: loop)
            client.start()
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await loop.withDeadline(limit) {
                        await client.connected()
                        try await body(client, prefix, loop)
                    })
            } catch {
                result = .failure(error)
            }
            await client.close()
            let cleaner = RedisClient(plain, loop: loop)
            cleaner.start()
            await cleaner.connected()
            for key in try await cleaner.command(["KEYS", "\(prefix)*"]).elements ?? [] {
                _ = try await cleaner.command(["DEL", .bytes(key.bytes ?? [])])
            }
            await cleaner.close()
            try result.get()
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }
}

extension RedisClient {
    /// Returns when there is a connection.
    func connected() async {
        for await isConnected in connectionStates() where isConnected { return }
    }

    /// Returns when there is no connection.
    func disconnected() async {
        for await isConnected in connectionStates() where !isConnected { return }
    }
}

/// Returns the error of this module that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> RedisError {
    do {
        try await body()
    } catch let error as RedisError {
        return error
    }
    throw NothingThrown()
}

struct NothingThrown: Error {}
