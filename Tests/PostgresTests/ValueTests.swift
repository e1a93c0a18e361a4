import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct ValueTests {
    static let texts = [
        "", "plain", "it's", "say \"hi\"", "back\\slash", "{a,b}", "NULL", "null", " padded ", "new\nline\ttab",
        "Grüße, 世界 👩‍👩‍👧", "e\u{301}", "$1 -- ; /* */",
    ]

    @Test(arguments: texts) func aTextComesBackAsItWent(_ text: String) throws {
        try Database.withConnection { connection, _ in
            let row = try #require(try await connection.query("SELECT $1::text AS it", [.text(text)]).rows.first)
            #expect(try row.text("it") == text)
        }
    }

    @Test func anArrayOfAllTheseAndNullComesBackAsItWent() throws {
        try Database.withConnection { connection, _ in
            let array: [String?] = Self.texts + [nil]
            let row = try #require(
                try await connection.query("SELECT $1::text[] AS it", [.textArray(array)]).rows.first)
            #expect(try row.textArray("it") == array)
            let nested = try await connection.query(
                "SELECT it::text[] FROM unnest($1::text[]) AS it",
                [.textArray([PostgresArray.literal(array), PostgresArray.literal([]), nil])])
            #expect(try nested.rows.map { try $0.optionalTextArray(0) } == [array, [], nil])
        }
    }

    @Test(arguments: [0, 1, -1, 42, Int64.max, Int64.min]) func anIntegerComesBackAsItWent(_ number: Int64) throws {
        try Database.withConnection { connection, _ in
            let row = try #require(
                try await connection.query(
                    "SELECT $1::bigint, $2::bigint[]", [.int(number), .intArray([number, nil])]
                )
                .rows.first)
            #expect(try row.int(0) == number)
            #expect(try row.intArray(1) == [number, nil])
        }
    }

    @Test func anIntegerFitsWhereTheServerWantsASmallerType() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("CREATE TABLE small (number smallint, word varchar(3))")
            _ = try await connection.query("INSERT INTO small VALUES ($1, left($2, $3))", [7, "abcdef", 2])
            let row = try #require(try await connection.query("SELECT number, word FROM small").rows.first)
            #expect(try row.int("number") == 7)
            #expect(try row.text("word") == "ab")
        }
    }

    @Test func bytesComeBackAsTheyWentWithEveryValueOfAByte() throws {
        try Database.withConnection { connection, _ in
            for bytes in [[], [0], [0, 1, 0], Array(UInt8.min ... .max)] as [[UInt8]] {
                let row = try #require(try await connection.query("SELECT $1::bytea", [.bytes(bytes)]).rows.first)
                #expect(try row.bytes(0) == bytes)
            }
        }
    }

    @Test func booleansAndNumbersAndNullComeBackAsTheyWent() throws {
        try Database.withConnection { connection, _ in
            let row = try #require(
                try await connection.query(
                    "SELECT $1::bool, $2::bool, $3::float8, $4::numeric(10,2), $5::text, $6::bool[], $7::text[]",
                    [true, false, .double(0.1), .text("12.50"), nil, .boolArray([true, nil, false]), .textArray([])]
                ).rows.first)
            #expect(try row.bool(0))
            #expect(try !row.bool(1))
            #expect(try row.double(2) == 0.1)
            #expect(try row.text(3) == "12.50")
            #expect(try row.isNull(4))
            #expect(try row.optionalText(4) == nil)
            #expect(try row.textArray(5) == ["t", nil, "f"])
            #expect(try row.textArray(6) == [])
        }
    }

    @Test func timesAreInUniversalTimeWhateverTheServersDefault() throws {
        try Database.withConnection { connection, _ in
            let row = try #require(
                try await connection.query("SELECT '2026-01-02 03:04:05.678901+02'::timestamptz").rows.first)
            #expect(try row.text(0) == "2026-01-02 01:04:05.678901+00")
        }
    }

    @Test func aTextWithACharacterThatPostgresDoesNotHaveIsRefusedBeforeItIsSent() throws {
        try Database.withConnection { connection, _ in
            for value in [.text("a\0b"), .textArray(["fine", "a\0b"])] as [PostgresValue] {
                let error = try await failure { _ = try await connection.query("SELECT $1", [value]) }
                #expect(error.kind == .invalid)
                #expect(!error.mayHaveTakenEffect)
            }
        }
    }

    @Test func aColumnThatIsMissingOrNullOrOfAnotherFormIsAnErrorThatNamesIt() throws {
        try Database.withConnection { connection, _ in
            let result = try await connection.query("SELECT NULL AS nothing, 'word' AS word")
            let row = try #require(result.rows.first)
            #expect(result.columns == ["nothing", "word"])
            #expect(try await failure { _ = try row.int("absent") }.description.contains("absent"))
            #expect(try await failure { _ = try row.int(2) }.description.contains("2"))
            #expect(try await failure { _ = try row.int(-1) }.kind == .invalid)
            #expect(try await failure { _ = try row.text("nothing") }.description.contains("nothing"))
            for read in [
                { _ = try row.int("word") }, { _ = try row.bool("word") }, { _ = try row.double("word") },
                { _ = try row.bytes("word") }, { _ = try row.textArray("word") }, { _ = try row.intArray("word") },
            ] as [() throws -> Void] {
                #expect(try await failure { try read() }.description.contains("word"))
            }
        }
    }

    @Test func anArrayOfAnotherShapeIsAnErrorAndNoTrap() throws {
        try Database.withConnection { connection, _ in
            for literal in [
                "'{{1,2},{3,4}}'::int[]", "'[0:1]={1,2}'::int[]", "'{'::text", "'{a'::text", "'{\"a'::text",
            ] {
                let row = try #require(try await connection.query("SELECT \(literal)").rows.first)
                #expect(try await failure { _ = try row.textArray(0) }.kind == .invalid, "\(literal)")
            }
        }
    }

    @Test func manyRowsAreReadWithoutBeingCopied() throws {
        try Database.withConnection { connection, _ in
            let result = try await connection.query(
                "SELECT number AS id, 'name ' || number AS name FROM generate_series(1, $1) AS number", [100_000])
            #expect(result.rows.count == 100_000)
            #expect(result.affected == 100_000)
            var sum: Int64 = 0
            for row in result.rows { sum += try row.int("id") }
            #expect(sum == 5_000_050_000)
            #expect(try result.rows[99_999].text("name") == "name 100000")
        }
    }
}
