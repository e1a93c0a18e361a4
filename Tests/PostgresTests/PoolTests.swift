import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct PoolTests {
    @Test func nothingIsOpenedBeforeItIsNeededAndNeverMoreThanAllowed() throws {
        try Database.withPool(size: 3, maximumWaiting: 100) { pool, loop in
            let processes = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<50 {
                    group.addTask(executorPreference: loop) {
                        try await pool.query("SELECT pg_backend_pid() FROM pg_sleep(0.001)").rows[0].int(0)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(processes.count <= 3)
        }
    }

    @Test func aCallerThatFindsTheQueueFullIsRefusedAtOnce() throws {
        try Database.withPool(size: 1, maximumWaiting: 2) { pool, loop in
            let outcomes = await withTaskGroup(of: PostgresError.Kind?.self) { group in
                for _ in 0..<10 {
                    group.addTask(executorPreference: loop) {
                        do {
                            _ = try await pool.query("SELECT pg_sleep(0.05)")
                            return nil
                        } catch {
                            return (error as? PostgresError)?.kind
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == .poolExhausted }.count == 8)
            #expect(outcomes.filter { $0 == nil }.count == 2)
        }
    }

    @Test func aQueryPastItsDeadlineReturnsAndTheConnectionIsUsedAgain() throws {
        try Database.withPool(size: 1) { pool, _ in
            let process = try await pool.query("SELECT pg_backend_pid()").rows[0].int(0)
            let error = try await failure {
                _ = try await pool.query("SELECT pg_sleep(0.2)", deadline: .milliseconds(20))
            }
            #expect(error.kind == .deadlineExceeded)
            #expect(error.mayHaveTakenEffect)
            #expect(try await pool.query("SELECT pg_backend_pid()").rows[0].int(0) == process)
        }
    }

    @Test func theDeadlineCoversTheTimeInTheQueue() throws {
        try Database.withPool(size: 1) { pool, loop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) { _ = try await pool.query("SELECT pg_sleep(0.3)") }
                group.addTask(executorPreference: loop) {
                    let error = try await failure { _ = try await pool.query("SELECT 1", deadline: .milliseconds(20)) }
                    #expect(error.kind == .deadlineExceeded)
                    #expect(!error.mayHaveTakenEffect)
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func theServerEndsAStatementWhoseDeadlineHasPassed() throws {
        try Database.withPool(size: 1, deadline: .milliseconds(100)) { pool, _ in
            _ = try? await pool.query("SELECT 1", deadline: .seconds(10))
            let error = try await failure { _ = try await pool.query("SELECT pg_sleep(60)", deadline: .seconds(30)) }
            #expect(error.sqlState == "57014")
        }
    }

    @Test func aServerThatStaysSilentPastTheDeadlineLosesItsConnection() throws {
        var configuration = try Database.configuration()
        configuration.statementTimeout = .seconds(60)  // the server does not help
        let patient = configuration
        try Database.withPool(size: 1, deadline: .milliseconds(100), configuration: patient) { pool, _ in
            let process = try await pool.query("SELECT pg_backend_pid()", deadline: .seconds(10)).rows[0].int(0)
            let error = try await failure { _ = try await pool.query("SELECT pg_sleep(30)") }
            #expect(error.kind == .deadlineExceeded)
            #expect(
                try await pool.query("SELECT pg_backend_pid()", deadline: .seconds(10)).rows[0].int(0) != process)
        }
    }

    @Test func aCancelledCallerReturnsPromptlyAndTheNextOneIsServed() throws {
        try Database.withPool(size: 1) { pool, loop in
            let error = try await withThrowingTaskGroup(of: PostgresError.self) { group in
                group.addTask(executorPreference: loop) {
                    try await failure { _ = try await pool.query("SELECT pg_sleep(0.2)") }
                }
                try await loop.sleep(for: .milliseconds(50))
                group.cancelAll()
                return try await group.next()
            }
            #expect(error?.kind == .cancelled)
            #expect(try await pool.query("SELECT 42").rows[0].int(0) == 42)
        }
    }

    @Test func aConnectionThatComesBackInsideATransactionIsNotUsedAgain() throws {
        try Database.withPool(size: 1) { pool, _ in
            let process = try await pool.withConnection { connection in
                _ = try await connection.query("BEGIN")
                return try await connection.query("SELECT pg_backend_pid()").rows[0].int(0)
            }
            #expect(try await pool.query("SELECT pg_backend_pid()").rows[0].int(0) != process)
        }
    }

    @Test func aConnectionIsGivenBackWhenItsScopeThrows() throws {
        try Database.withPool(size: 1) { pool, _ in
            await #expect(throws: CancellationError.self) {
                try await pool.withConnection { _ in throw CancellationError() }
            }
            let answer = try await pool.query("SELECT 42").rows[0].int(0)
            #expect(answer == 42)
        }
    }

    @Test func whileTheDatabaseIsAwayCallersAreRefusedWithoutWaiting() throws {
        var nobody = try Database.configuration(port: 1)
        nobody.host = "127.0.0.1"
        try Database.withPool(size: 2, configuration: nobody) { pool, loop in
            for _ in 0..<100 {
                let error = try await failure { _ = try await pool.query("SELECT 1", deadline: .seconds(30)) }
                #expect(error.isConnectionLost)
            }
            // After the back-off, the next caller makes another attempt, which fails like the first.
            try await loop.sleep(for: .milliseconds(60))
            #expect(try await failure { _ = try await pool.query("SELECT 1") }.isConnectionLost)
        }
    }

    @Test func closingRefusesNewCallersAndWaitsForCommandsInFlight() throws {
        try Database.withPool(size: 1) { pool, loop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    let answer = try await pool.query("SELECT 42 FROM pg_sleep(0.2)").rows[0].int(0)
                    #expect(answer == 42)
                }
                try await loop.sleep(for: .milliseconds(100))
                await pool.close()
                #expect(try await failure { _ = try await pool.query("SELECT 1") }.kind == .closed)
                try await group.waitForAll()
            }
        }
    }
}
