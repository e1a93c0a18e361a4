import EventLoop
import NetworkTesting
import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct LossTests {
    @Test func aKilledBackendFailsEveryCallerInThePipelineAndRunsOnClose() throws {
        let configuration = try Database.configuration()
        try Database.withConnection { connection, loop in
            let victim = try await PostgresConnection.connect(configuration, loop: loop)
            let (closed, closing) = AsyncStream.makeStream(of: Void.self)
            victim.onClose = { closing.finish() }
            let process = try await victim.query("SELECT pg_backend_pid()").rows[0].int(0)
            let lost = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<10 {
                    group.addTask(executorPreference: loop) {
                        try await failure { _ = try await victim.query("SELECT pg_sleep(60)") }
                    }
                }
                group.addTask(executorPreference: loop) {
                    try await connection.untilActive(process)
                    _ = try await connection.query("SELECT pg_terminate_backend($1::int)", [.int(process)])
                    return nil
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
            }
            #expect(lost.count == 10)
            #expect(lost.allSatisfy { $0.isConnectionLost && $0.isTransient && $0.mayHaveTakenEffect })
            for await _ in closed {}
            #expect(!victim.isOpen)
            #expect(try await failure { _ = try await victim.query("SELECT 1") }.kind == .closed)
        }
    }

    @Test func aPoolReplacesAKilledConnection() throws {
        try Database.withPool(size: 1) { pool, _ in
            let process = try await pool.query("SELECT pg_backend_pid()").rows[0].int(0)
            let error = try await failure { _ = try await pool.query("SELECT pg_terminate_backend(pg_backend_pid())") }
            #expect(error.sqlState == "57P01")
            #expect(error.isConnectionLost)
            #expect(try await pool.query("SELECT pg_backend_pid()").rows[0].int(0) != process)
        }
    }

    @Test func aWrongPasswordIsTypedAndNotTransient() throws {
        let wrong = try Database.configuration(password: "wrong")
        let loop = try EventLoop()
        let error = try loop.run {
            try await failure { _ = try await PostgresConnection.connect(wrong, loop: loop) }
        }
        #expect(error.sqlState == "28P01")
        #expect(!error.isTransient)
        #expect(!"\(wrong)".contains("wrong"))
    }

    @Test func whereNobodyListensTheConnectionIsLost() throws {
        let nobody = try Database.configuration(port: 1)
        let loop = try EventLoop()
        let error = try loop.run {
            try await failure { _ = try await PostgresConnection.connect(nobody, loop: loop) }
        }
        #expect(error.kind == .connectionLost)
        #expect(error.isTransient)
    }

    // A label of 64 characters, which is refused without a look-up.
    @Test func aHostThatDoesNotExistIsAConnectionLost() throws {
        var nowhere = try Database.configuration()
        nowhere.host = String(repeating: "x", count: 64) + ".invalid"
        let (loop, configuration) = (try EventLoop(), nowhere)
        let error = try loop.run {
            try await failure { _ = try await PostgresConnection.connect(configuration, loop: loop) }
        }
        #expect(error.kind == .connectionLost)
        #expect(error.call == "resolve")
    }

    @Test func anAttemptToConnectToASilentServerEndsInTime() throws {
        let server = try SilentServer()
        var silent = try Database.configuration(port: server.port)
        silent.host = "127.0.0.1"
        silent.connectTimeout = .milliseconds(50)
        let (loop, configuration) = (try EventLoop(), silent)
        let errors = try loop.run {
            let late = try await loop.withDeadline(Database.limit) {
                try await failure { _ = try await PostgresConnection.connect(configuration, loop: loop) }
            }
            var patient = configuration
            patient.connectTimeout = .seconds(3600)
            let patience = patient
            let cancelled = try await withThrowingTaskGroup(of: PostgresError.self) { group in
                group.addTask(executorPreference: loop) {
                    try await failure { _ = try await PostgresConnection.connect(patience, loop: loop) }
                }
                group.cancelAll()
                return try await group.next()
            }
            return (late, cancelled)
        }
        #expect(errors.0.kind == .connectionLost)
        #expect(errors.1?.kind == .cancelled)
    }
}

extension PostgresConnection {
    /// Returns when the backend `process` is running a statement.
    func untilActive(_ process: Int64) async throws {
        while try await query(
            "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND state = 'active'", [.int(process)]
        ).rows.isEmpty {}
    }
}
