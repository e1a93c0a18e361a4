import Base
import EventLoop
import NetworkTesting
import Redis
import Testing

@Suite(.enabled(if: Server.isThere, Server.missing), .timeLimit(.minutes(20)))
struct LossTests {
    @Test func aKilledConnectionFailsPendingCommandsAtOnceAndTheClientReconnects() throws {
        try Server.withClient { client, prefix, loop async throws in
            var states = client.connectionStates().makeAsyncIterator()
            #expect(await states.next() == true)
            let id = try #require(try await client.command(["CLIENT", "ID"]).integer)
            let errors = try await withThrowingTaskGroup(of: RedisError?.self) { group in
                for number in 0..<10 {
                    group.addTask(executorPreference: loop) {
                        try await failure {
                            _ = try await client.command(["BLPOP", "\(prefix)never\(number)", 0])
                        }
                    }
                }
                try await Self.withOther(loop) { other in
                    try await other.untilBlocked(id)
                    _ = try await other.command(["CLIENT", "KILL", "ID", .int(id)])
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors.count == 10)
            #expect(errors.allSatisfy { $0?.kind == .connectionLost && $0?.mayHaveTakenEffect == true })
            #expect(!client.isConnected)
            let refused = try await failure { _ = try await client.command(["PING"]) }
            #expect(refused.kind == .unavailable)
            #expect(!refused.mayHaveTakenEffect)
            // The reader was busy while the connection went down and came up. It may see only the last state, but then
            // a second `true`.
            while let isConnected = await states.next(), !isConnected {}
            #expect(client.isConnected)
            #expect(try await client.command(["PING"]) == .status("PONG"))
            let newID = try await client.command(["CLIENT", "ID"]).integer
            #expect(newID != id)
        }
    }

    @Test func aServerThatDoesNotAnswerInTimeLosesItsConnection() throws {
        try Server.withClient {
            $0.commandTimeout = .milliseconds(50)
        } _: { client, prefix, loop async throws in
            let first = try await failure { _ = try await client.command(["BLPOP", "\(prefix)never", 0]) }
            #expect(first.kind == .timedOut)
            #expect(first.mayHaveTakenEffect)
            await client.connected()
            #expect(try await client.command(["PING"]) == .status("PONG"))
        }
    }

    @Test func aStreamOfCommandsDoesNotKeepASilentServerAlive() throws {
        try Server.withClient {
            $0.commandTimeout = .milliseconds(100)
        } _: { client, prefix, loop async throws in
            let error = try await withThrowingTaskGroup(of: RedisError?.self) { group in
                group.addTask(executorPreference: loop) {
                    try await failure { _ = try await client.command(["BLPOP", "\(prefix)never", 0]) }
                }
                group.addTask(executorPreference: loop) {
                    // These commands wait behind the blocked one; each fails when the connection is lost.
                    while client.isConnected {
                        async let ignored = try? client.command(["PING"])
                        try await loop.sleep(for: .milliseconds(10))
                        _ = await ignored
                    }
                    return nil
                }
                let first = try await group.next()
                try await group.waitForAll()
                return first ?? nil
            }
            #expect(error?.kind == .timedOut)
        }
    }

    @Test func whereNobodyListensCommandsFailAtOnce() throws {
        let loop = try EventLoop()
        try loop.run {
            let client = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 1), loop: loop)
            #expect(try await failure { _ = try await client.command(["PING"]) }.kind == .unavailable)
            client.start()
            try await loop.sleep(for: .milliseconds(100))
            let error = try await failure { _ = try await client.command(["PING"]) }
            #expect(error.kind == .unavailable)
            #expect("\(error)".contains("refused"))
            #expect(!client.isConnected)
            await client.close()
            #expect(try await failure { _ = try await client.command(["PING"]) }.message.contains("closed"))
        }
    }

    @Test func aSilentServerIsNotAConnection() throws {
        let server = try SilentServer()
        let loop = try EventLoop()
        try loop.run {
            let client = RedisClient(
                RedisConfiguration(host: "127.0.0.1", port: server.port, connectTimeout: .milliseconds(30)), loop: loop)
            client.start()
            try await loop.sleep(for: .milliseconds(200))
            #expect(!client.isConnected)
            #expect(try await failure { _ = try await client.command(["PING"]) }.message.contains("time"))
            await client.close()
        }
    }

    @Test func aWrongPasswordIsNotAConnectionAndIsNeverShown() throws {
        var wrong = try Server.configuration()
        wrong.username = "nobody"
        let loop = try EventLoop()
        let configuration = RedisConfiguration(
            host: wrong.host, port: wrong.port, username: "nobody", password: Secret("hunter2"))
        #expect(!"\(configuration)".contains("hunter2"))
        try loop.run {
            let client = RedisClient(configuration, loop: loop)
            client.start()
            try await loop.sleep(for: .milliseconds(100))
            let error = try await failure { _ = try await client.command(["PING"]) }
            #expect(error.kind == .unavailable)
            #expect(error.message.hasPrefix("WRONGPASS"))
            await client.close()
        }
    }

    // A label of 64 characters, which is refused without a look-up.
    @Test func aHostThatDoesNotExistIsReported() throws {
        let loop = try EventLoop()
        try loop.run {
            let client = RedisClient(
                RedisConfiguration(host: String(repeating: "x", count: 64) + ".invalid"), loop: loop)
            client.start()
            var message = ""
            while !message.contains("uv_getaddrinfo") {
                message = try await failure { _ = try await client.command(["PING"]) }.message
                try await loop.sleep(for: .milliseconds(5))
            }
            await client.close()
        }
    }

    @Test func closingWaitsForTheRepliesAndEndsTheStream() throws {
        try Server.withClient { client, prefix, loop async throws in
            let states = client.connectionStates()
            async let reply = client.command(["BLPOP", "\(prefix)list", "0.2"])
            try await loop.sleep(for: .milliseconds(20))
            await client.close()
            #expect(try await reply == .null)
            for await _ in states {}
            #expect(try await failure { _ = try await client.command(["PING"]) }.kind == .closed)
        }
    }

    private static func withOther(_ loop: EventLoop, _ body: (RedisClient) async throws -> Void) async throws {
        let other = RedisClient(try Server.configuration(), loop: loop)
        other.start()
        await other.connected()
        try await body(other)
        await other.close()
    }
}

extension RedisClient {
    /// Returns when the connection `id` is blocked in the server.
    func untilBlocked(_ id: Int64) async throws {
        while try await command(["CLIENT", "LIST", "ID", .int(id)]).text?.contains("flags=b") != true {}
    }
}
