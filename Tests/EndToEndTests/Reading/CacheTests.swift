import EventLoop
import Events
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import Kafka
import Postgres
import ProductCache
import Redis
import Testing

extension EndToEnd {
    /// Clients read the present state while the cache holds something else.
    @Suite struct CacheTests {
        @Test(arguments: ["", "garbage", "{\"data\":{}}"])
        func aDamagedEntryIsAMissAndIsReplaced(_ damage: String) throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let good = try await warelog.cached(id)
                try await warelog.withRedis { redis in
                    for damaged in [["body"], ["seal", "tag"], ["body", "seal", "tag"]] {
                        let fields = try await redis.texts("HKEYS", "warelog:product:\(id)")
                        for field in fields where damaged.contains(where: { field.hasPrefix($0) }) {
                            _ = try await redis.texts("HSET", "warelog:product:\(id)", field, damage)
                        }
                        let read = try await warelog.send(.get, "/products/\(id)")
                        #expect(read.status == .ok && read.body == good.body, "\(damaged)")
                        #expect(read.headers["ETag"] == good.headers["ETag"])
                        let entry = try await ProductCache(redis).entry(ProductID(id)!)
                        #expect(entry == .document(.init(body: good.body, entityTag: good.headers["ETag"] ?? "")))
                    }
                    // Another program has written the key.
                    _ = try await redis.texts("SET", "warelog:product:\(id)", damage)
                    #expect(try await warelog.send(.get, "/products/\(id)").body == good.body)
                    #expect(try await ProductCache(redis).entry(ProductID(id)!) != nil)
                    _ = try await redis.texts("SET", "warelog:product:\(id)", damage)
                    let edited = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":77}"#)
                    let token: HTTPHeaders = ["Consistency-Token": edited.headers["Consistency-Token"] ?? ""]
                    let after = try await warelog.send(.get, "/products/\(id)", headers: token)
                    #expect(after.data?["product_price"]?.number == "77")
                }
            }
        }

        @Test func anInvalidationThatRedisRefusesIsRepeatedAndItsEntryIsNotServed() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let partitions = Int32(try await warelog.logEnds().keys.count { $0.topic == "products.events" })
                let partition = try #require(ProductID(id)).partition(of: partitions)
                _ = try await warelog.cached(id)
                try await warelog.withRedis { redis in
                    // The state after a failover: the server that all processes are connected to has become a replica.
                    _ = try await redis.texts("REPLICAOF", "127.0.0.1", "1")
                    do {
                        let edited = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":77}"#)
                        #expect(edited.status == .ok)
                        try await warelog.loop.withDeadline(.seconds(30)) {
                            while try await warelog.send(.get, "/products/\(id)").data?["product_price"]?.number != "77"
                            {
                                try await warelog.loop.sleep(for: .milliseconds(20))
                            }
                        }
                        for _ in 0..<20 {
                            let read = try await warelog.send(.get, "/products/\(id)")
                            #expect(read.data?["product_price"]?.number == "77")
                        }
                    } catch {
                        _ = try await redis.texts("REPLICAOF", "NO", "ONE")
                        throw error
                    }
                    _ = try await redis.texts("REPLICAOF", "NO", "ONE")
                    // Nothing else is committed, so only a repetition can do what was refused.
                    let row = try await warelog.database.query(
                        """
                        select next_offset from warelog.checkpoints
                        where topic = 'products.events' and partition = $1
                        """,
                        [.int(Int64(partition))]
                    ).rows[0]
                    let folded = try row.int("next_offset")
                    try await warelog.loop.withDeadline(.seconds(30)) {
                        while try await ProductCache(redis).watermarks()[partition, default: 0] < folded {
                            try await warelog.loop.sleep(for: .milliseconds(20))
                        }
                        while try await ProductCache(redis).entry(ProductID(id)!) == nil {
                            _ = try await warelog.send(.get, "/products/\(id)")
                        }
                    }
                    #expect(try await warelog.cached(id).data?["product_price"]?.number == "77")
                }
            }
        }
    }
}

extension Environment {
    /// Reads the product twice, so that the second answer comes from the cache.
    fileprivate func cached(_ id: Int64) async throws -> HTTPClientResponse {
        _ = try await send(.get, "/products/\(id)")
        return try await send(.get, "/products/\(id)")
    }

    fileprivate func withRedis(_ body: @escaping @Sendable (RedisClient) async throws -> Void) async throws {
        let configuration = RedisConfiguration(
            host: getenv("REDIS_HOST").map { String(cString: $0) } ?? "",
            port: getenv("REDIS_PORT").flatMap { Int(String(cString: $0)) } ?? 6379)
        try await Redis.withRedis(configuration, loop: loop) { redis in
            for await isConnected in redis.connectionStates() where isConnected { break }
            try await body(redis)
        }
    }
}

extension RedisClient {
    /// Returns the texts of the reply.
    fileprivate func texts(_ words: String...) async throws -> [String] {
        guard case .array(let values) = try await command(words.map { .string($0) }) else { return [] }
        return values.compactMap { value in
            if case .string(let bytes) = value { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
    }
}
