import EventLoop
import Redis
import Testing

@Suite(.enabled(if: Server.isThere, Server.missing), .timeLimit(.minutes(20)))
struct CommandTests {
    @Test func bytesComeBackAsTheyWentWithEveryValueOfAByte() throws {
        try Server.withClient { client, prefix, _ async throws in
            let values: [[UInt8]] = [
                [], [0], Array("%s %b %d\r\n".utf8), Array(UInt8.min ... .max), Array(repeating: 0x0a, count: 1 << 20),
            ]
            for value in values {
                #expect(try await client.command(["SET", "\(prefix)a", .bytes(value)]) == .status("OK"))
                #expect(try await client.command(["GET", "\(prefix)a"]) == .string(value))
            }
        }
    }

    @Test func everyKindOfReplyIsToldApart() throws {
        try Server.withClient { client, prefix, _ async throws in
            #expect(try await client.command(["GET", "\(prefix)absent"]) == .null)
            #expect(try await client.command(["INCRBY", "\(prefix)n", .int(.max)]) == .int(.max))
            #expect(try await client.command(["SET", "\(prefix)n", .int(.min)]) == .status("OK"))
            #expect(try await client.command(["GET", "\(prefix)n"]).text == "-9223372036854775808")
            #expect(try await client.command(["ECHO", 0]).text == "0")
            #expect(try await client.command(["LRANGE", "\(prefix)list", 0, -1]) == .array([]))
            #expect(
                try await client.command(["EVAL", "return {1, 'two', false, {redis.status_reply('fine')}}", 0])
                    == .array([.int(1), .string(Array("two".utf8)), .null, .array([.status("fine")])]))
            #expect(
                try await client.command(["EVAL", "return {redis.error_reply('BAD luck')}", 0])
                    == .array([.error("BAD luck")]))
        }
    }

    @Test func aRefusalIsThrownWithItsCodeAndDoesNotShowTheArguments() throws {
        try Server.withClient { client, prefix, _ async throws in
            _ = try await client.command(["LPUSH", "\(prefix)list", "x"])
            #expect(try await failure { _ = try await client.command(["GET", "\(prefix)list"]) }.code == "WRONGTYPE")
            let unknown = try await failure { _ = try await client.command(["NONSENSE", "secret"]) }
            #expect(unknown.code == "ERR")
            #expect(!"\(unknown)".contains("secret"))
            #expect(!unknown.mayHaveTakenEffect)
        }
    }

    @Test(arguments: ["SUBSCRIBE", "psubscribe", "Monitor", "UNSUBSCRIBE", "sunsubscribe"])
    func aCommandThatWouldTurnTheConnectionIntoAStreamIsRefused(_ name: String) throws {
        try Server.withClient { client, prefix, _ async throws in
            #expect(try await failure { _ = try await client.command([.string(name), "\(prefix)x"]) }.kind == .invalid)
            #expect(try await failure { _ = try await client.command([]) }.kind == .invalid)
            #expect(try await client.command(["PING"]) == .status("PONG"))
        }
    }

    @Test func tenThousandConcurrentCommandsEachGetTheirOwnAnswerInOrder() throws {
        try Server.withClient { client, prefix, loop async throws in
            let answers = try await withThrowingTaskGroup(of: (Int64, Int64?).self) { group in
                for number in 1...10_000 as ClosedRange<Int64> {
                    group.addTask(executorPreference: loop) {
                        // The executor starts tasks in order and Redis counts in order.
                        (number, try await client.command(["INCR", "\(prefix)n"]).integer)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 10_000)
            #expect(answers.allSatisfy { $0.0 == $0.1 })
        }
    }

    @Test func callersOnOtherThreadsGetTheirAnswersToo() throws {
        let other = try EventLoopThread()
        defer { other.shutdown() }
        try Server.withClient { client, _, _ async throws in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<100 {
                    group.addTask(executorPreference: other.loop) {
                        Int(try await client.command(["ECHO", .int(Int64(number))]).text ?? "") ?? 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 4950)
        }
    }

    @Test func moreCommandsThanAllowedAreRefusedAndTheRestAnswered() throws {
        try Server.withClient {
            $0.maximumInFlight = 10
        } _: { client, _, loop async throws in
            let outcomes = await withTaskGroup(of: RedisError.Kind?.self) { group in
                for _ in 0..<100 {
                    group.addTask(executorPreference: loop) {
                        do {
                            _ = try await client.command(["PING"])
                            return nil
                        } catch {
                            return (error as? RedisError)?.kind
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == .tooManyInFlight }.count == 90)
            #expect(outcomes.filter { $0 == nil }.count == 10)
        }
    }

    @Test func aScriptRunsAgainAfterTheServerHasForgottenIt() throws {
        try Server.withClient { client, prefix, _ async throws in
            let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
            for expected in 1...3 as ClosedRange<Int64> {
                let reply = try await client.evaluate(script, keys: ["\(prefix)n"], arguments: ["x"])
                #expect(reply == .array([.string(Array("\(prefix)n".utf8)), .string([0x78]), .int(expected)]))
                _ = try await client.command(["SCRIPT", "FLUSH"])
            }
        }
    }

    @Test func aScriptThatFailsIsARefusal() throws {
        try Server.withClient { client, _, _ async throws in
            let script = RedisScript("return redis.error_reply('STALE lease')")
            #expect(try await failure { _ = try await client.evaluate(script, keys: []) }.code == "STALE")
            let broken = RedisScript("this is no Lua")
            #expect(try await failure { _ = try await client.evaluate(broken, keys: []) }.kind == .server)
        }
    }

    @Test func aDatabaseOtherThanTheFirstIsSelected() throws {
        try Server.withClient {
            $0.database = 3
        } _: { client, prefix, _ async throws in
            let info = try await client.command(["CLIENT", "INFO"]).text
            #expect(info?.contains(" db=3 ") == true)
        }
    }
}
