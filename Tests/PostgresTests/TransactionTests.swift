import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct TransactionTests {
    @Test func aTransactionTakesEffectAsAWhole() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint)")
            let results = try await connection.transaction([
                .init("INSERT INTO thing VALUES ($1), ($2)", [1, 2]), "SELECT count(*) FROM thing",
            ])
            #expect(results.map(\.affected) == [2, 1])
            #expect(try results[1].rows[0].int(0) == 2)
            #expect(connection.isIdle)
        }
    }

    @Test(arguments: [true, false]) func aFailingStatementUndoesTheTransactionAndIsNamed(_ isPrepared: Bool) throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint PRIMARY KEY)")
            if isPrepared { _ = try await connection.query("INSERT INTO thing VALUES ($1)", [9]) }
            let error = try await failure {
                _ = try await connection.transaction([
                    .init("INSERT INTO thing VALUES ($1)", [1]), .init("INSERT INTO thing VALUES ($1)", [1]),
                    .init("INSERT INTO thing VALUES ($1)", [2]),
                ])
            }
            #expect(error.sqlState == "23505")
            #expect(error.statementIndex == 1)
            #expect(!error.mayHaveTakenEffect)
            #expect(try await connection.query("SELECT count(*) FROM thing WHERE id < 9").rows[0].int(0) == 0)
        }
    }

    @Test func aStatementThatDoesNotParseIsNamedToo() throws {
        try Database.withConnection { connection, _ in
            let error = try await failure {
                _ = try await connection.transaction(["SELECT 1", "SELECT 2", "SELECT absent", "SELECT 3"])
            }
            #expect(error.sqlState == "42703")
            #expect(error.statementIndex == 2)
        }
    }

    @Test func aConstraintThatIsCheckedAtTheCommitFailsTheCommit() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let error = try await failure {
                _ = try await connection.transaction(["INSERT INTO thing VALUES (1)", "INSERT INTO thing VALUES (1)"])
            }
            #expect(error.sqlState == "23505")
            #expect(error.statementIndex == 2)
            // Without a transaction around it the check comes after the result.
            let single = try await failure { _ = try await connection.query("INSERT INTO thing VALUES (1), (1)") }
            #expect(single.sqlState == "23505")
            #expect(try await connection.query("SELECT count(*) FROM thing").rows[0].int(0) == 0)
        }
    }

    @Test func queriesBehindAFailingTransactionSucceed() throws {
        try Database.withConnection { connection, loop in
            try await connection.simple("CREATE TABLE thing (id bigint PRIMARY KEY)")
            let answers = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for number in 0..<50 as Range<Int64> {
                    group.addTask(executorPreference: loop) {
                        guard number.isMultiple(of: 5) else {
                            return try await connection.query("SELECT $1::bigint", [.int(number)]).rows[0].int(0)
                        }
                        _ = try? await connection.transaction(["INSERT INTO thing VALUES (1)", "SELECT 1/0"])
                        return nil
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.compactMap { $0 }.count == 40)
            #expect(connection.isIdle)
        }
    }
}
