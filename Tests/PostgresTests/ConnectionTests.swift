import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct ConnectionTests {
    @Test func aRefusalCarriesItsSQLStateAndLeavesTheConnectionUsable() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint CONSTRAINT thing_key PRIMARY KEY)")
            _ = try await connection.query("INSERT INTO thing VALUES ($1)", [1])
            let duplicate = try await failure { _ = try await connection.query("INSERT INTO thing VALUES ($1)", [1]) }
            #expect(duplicate.sqlState == "23505")
            #expect(duplicate.constraint == "thing_key")
            #expect(!duplicate.isTransient)
            #expect(!duplicate.description.contains("(1)"))  // the detail quotes the key
            #expect(try await failure { _ = try await connection.query("SELEC") }.sqlState == "42601")
            #expect(try await failure { _ = try await connection.query("SELECT * FROM absent") }.sqlState == "42P01")
            let value = try await failure { _ = try await connection.query("SELECT $1::bigint", ["secret"]) }
            #expect(value.sqlState == "22P02")
            #expect(!value.description.contains("secret"))
            #expect(try await connection.query("SELECT count(*) FROM thing").rows[0].int(0) == 1)
        }
    }

    @Test func theNumberOfChangedRowsIsReported() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint); INSERT INTO thing VALUES (1), (2), (3)")
            #expect(try await connection.query("UPDATE thing SET id = id + 1 WHERE id > $1", [1]).affected == 2)
            #expect(try await connection.query("DELETE FROM thing WHERE id = $1", [100]).affected == 0)
        }
    }

    @Test func aThousandConcurrentQueriesEachGetTheirOwnAnswer() throws {
        try Database.withConnection { connection, loop in
            let answers = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
                for number in 0..<1000 as Range<Int64> {
                    group.addTask(executorPreference: loop) {
                        let sql = number.isMultiple(of: 2) ? "SELECT $1::bigint" : "SELECT $1::bigint + 0"
                        return (number, try await connection.query(sql, [.int(number)]).rows[0].int(0))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 1000)
            #expect(answers.allSatisfy { $0.0 == $0.1 })
        }
    }

    @Test func callersOnOtherThreadsGetTheirAnswersToo() throws {
        let other = try EventLoopThread()
        defer { other.shutdown() }
        try Database.withConnection { connection, _ in
            let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<100 as Range<Int64> {
                    group.addTask(executorPreference: other.loop) {
                        try await connection.query("SELECT $1::bigint", [.int(number)]).rows[0].int(0)
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 4950)
        }
    }

    @Test func aFailingQueryLeavesItsNeighboursInThePipelineAlone() throws {
        try Database.withConnection { connection, loop in
            let outcomes = await withTaskGroup(of: (Int64, String).self) { group in
                for number in 0..<100 as Range<Int64> {
                    group.addTask(executorPreference: loop) {
                        do {
                            let sql = number.isMultiple(of: 10) ? "SELECT 1 / ($1::bigint - $1)" : "SELECT $1::bigint"
                            return (number, String(try await connection.query(sql, [.int(number)]).rows[0].int(0)))
                        } catch {
                            return (number, (error as? PostgresError)?.sqlState ?? "\(error)")
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<100 as Range<Int64> {
                #expect(outcomes[number] == (number.isMultiple(of: 10) ? "22012" : String(number)))
            }
        }
    }

    @Test func aStatementThatIsSentWhileItIsRefusedIsRefusedForTheSameReason() throws {
        try Database.withConnection { connection, loop in
            let states = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<10 {
                    group.addTask(executorPreference: loop) {
                        try? await failure { _ = try await connection.query("SELECT * FROM absent") }.sqlState
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states == Array(repeating: "42P01", count: 10))
        }
    }

    @Test func moreStatementsThanTheCacheHoldsAllWork() throws {
        try Database.withConnection { connection, _ in
            for round in 0..<2 {
                for number in 0..<400 {
                    let row = try await connection.query("SELECT \(number) + $1::int", [.int(round)]).rows[0]
                    #expect(try row.int(0) == Int64(number + round))
                }
            }
            let prepared = try await connection.query("SELECT count(*) FROM pg_prepared_statements").rows[0].int(0)
            #expect(prepared <= 256)
        }
    }

    @Test func aStatementSurvivesAChangeOfItsColumns() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint); INSERT INTO thing VALUES (1)")
            for _ in 0..<2 { #expect(try await connection.query("SELECT * FROM thing").columns == ["id"]) }
            try await connection.simple("ALTER TABLE thing ADD COLUMN name text")
            #expect(try await connection.query("SELECT * FROM thing").columns == ["id", "name"])
            #expect(try await connection.query("SELECT * FROM thing").columns == ["id", "name"])
        }
    }

    @Test func copiedRowsArriveWholeAndTheConnectionGoesOn() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint, name text)")
            var next = 0
            let copied = try await connection.copyIn("COPY thing FROM STDIN") {
                guard next < 100 else { return nil }
                let rows = (0..<1000).map { "\(next * 1000 + $0)\tname of a thing\n" }.joined()
                next += 1
                return Array(rows.utf8)
            }
            #expect(copied == 100_000)
            let row = try await connection.query("SELECT count(*), sum(id) FROM thing").rows[0]
            #expect(try row.int(0) == 100_000)
            #expect(try row.int(1) == 4_999_950_000)
        }
    }

    @Test func aCancelledCopyLeavesNothing() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE thing (id bigint)")
            var sent = false
            await #expect(throws: CancellationError.self) {
                try await connection.copyIn("COPY thing FROM STDIN") {
                    if sent { throw CancellationError() }
                    sent = true
                    return Array("1\n2\n".utf8)
                }
            }
            let malformed = try await failure {
                var rows: [[UInt8]] = [Array("one\n".utf8)]
                _ = try await connection.copyIn("COPY thing FROM STDIN") { rows.popLast() }
            }
            #expect(malformed.sqlState == "22P02")
            #expect(try await failure { _ = try await connection.copyIn("SELECT 1") { nil } }.kind == .invalid)
            #expect(try await connection.query("SELECT count(*) FROM thing").rows[0].int(0) == 0)
        }
    }

    @Test func aScriptThatFailsIsUndoneAndTheConnectionGoesOn() throws {
        try Database.withConnection { connection, _ in
            let error = try await failure {
                try await connection.simple("CREATE TABLE one (id int); CREATE TABLE two (id absent)")
            }
            #expect(error.sqlState == "42704")
            let open = try await failure { try await connection.simple("BEGIN; SELECT 1/0") }
            #expect(open.sqlState == "22012")
            #expect(try await connection.query("SELECT to_regclass('one')").rows[0].isNull(0))
            #expect(connection.isIdle)
        }
    }

    @Test func scriptsAndQueriesAtTheSameTimeDoNotMix() throws {
        try Database.withConnection { connection, loop in
            try await connection.simple("CREATE TABLE thing (id bigint)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 as Range<Int64> {
                    group.addTask(executorPreference: loop) {
                        switch number % 4 {
                        case 0: try await connection.simple("INSERT INTO thing VALUES (\(number)); SELECT 1")
                        case 1:
                            _ = try await connection.transaction([
                                .init("INSERT INTO thing VALUES ($1)", [.int(number)]), .init("SELECT 1"),
                            ])
                        default:
                            #expect(
                                try await connection.query("SELECT $1::int", [.int(number)]).rows[0].int(0) == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await connection.query("SELECT count(*) FROM thing").rows[0].int(0) == 100)
        }
    }
}
