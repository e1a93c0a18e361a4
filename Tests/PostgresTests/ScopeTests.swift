import EventLoop
import Postgres
import Testing

@Suite(.timeLimit(.minutes(1)), .enabled(if: Database.isThere, Database.missing))
struct ScopeTests {
    private struct Stumble: Error {}

    @Test func aThrowInsideClosesTheConnectionAndThePool() throws {
        let configuration = try Database.configuration()
        let loop = try EventLoop()
        try loop.run {
            var (kept, keptPool): (PostgresConnection?, PostgresPool?) = (nil, nil)
            do {
                try await withConnection(configuration, loop: loop) { connection in
                    kept = connection
                    try await withPool(configuration, loop: loop, size: 1, maximumWaiting: 1) { pool in
                        keptPool = pool
                        _ = try await pool.query("select 1")
                        throw Stumble()
                    }
                }
                Issue.record("nothing was thrown")
            } catch is Stumble {}
            let (connection, pool) = (try #require(kept), try #require(keptPool))
            let error = try await failure { _ = try await connection.query("select 1") }
            #expect(error.kind == .closed)
            let poolError = try await failure { _ = try await pool.query("select 1") }
            #expect(poolError.kind == .closed)
        }
    }
}
