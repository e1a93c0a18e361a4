import EventLoop
import Postgres
import SeededRandom
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct CopyTests {
    private static let columns = """
        big bigint, small integer, flag boolean, word text, document json, at timestamptz, price numeric(12, 2),
        list text[]
        """

    /// The values of a row, as SQL literals and as binary.
    private struct Value {
        let big: Int64
        let small: Int32
        let flag: Bool
        let word: String?
        let document: String?
        let milliseconds: Int64
        let cents: Int64
        let list: [String]

        func append(to rows: inout PostgresCopyRows) {
            rows.beginRow(columns: 8)
            rows.int(big)
            rows.int32(small)
            rows.bool(flag)
            rows.text(word)
            rows.text(utf8: document.map { Array($0.utf8) })
            rows.time(milliseconds: milliseconds)
            rows.numeric(hundredths: cents)
            rows.textArray(list)
        }

        var parameters: [PostgresValue] {
            [
                .int(big), .int(Int64(small)), .int(flag ? 1 : 0), word.map { .text($0) } ?? .null,
                document.map { .text($0) } ?? .null, .int(milliseconds), .int(cents),
                .text(PostgresArray.literal(list)),
            ]
        }

        static let insert = """
            insert into thing values ($1::bigint, $2::integer, $3::integer = 1, $4::text, $5::json,
                to_timestamp($6::bigint / 1000) + $6::bigint % 1000 * interval '1 millisecond', $7::numeric / 100,
                $8::text[])
            """
    }

    private static func values(seed: Int, count: Int) -> [Value] {
        var random = SeededGenerator(seed: seed)
        let texts: [String?] = [
            nil, "", "Kettle", "Bo\u{308}hler 🫖 é", #""{a,NULL}" \ "#, "two\nlines\ttab", "null", "\u{1}",
        ]
        let edges: [Int64] = [
            0, 1, 9, 10, 99, 100, 101, 9_999, 10_000, 10_100, 999_999, 1_000_000, 99_990_000, 100_000_000, 123_456_789,
            1_000_000_000, 9_999_999_999,
        ]
        let times: [Int64] = [0, -1, 946_684_800_000, 946_684_799_999, -2_177_452_800_000, 253_402_300_799_999]
        func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        return (0..<count).map { index in
            let digits = Int64(1 << pick(34))
            return Value(
                big: index == 0 ? .min : index == 1 ? .max : Int64.random(in: -digits...digits, using: &random),
                // The numbers ascend, because the rows are read in this order.
                small: Int32(index) * 5_000_000 - 1_000_000_000, flag: pick(2) == 0,
                word: texts[pick(texts.count)],
                document: [nil, "{}", #"[ {"a":"é"} , 1.50]"#][pick(3)],
                // From 1901 on: the time before 2000 is negative in Postgres.
                milliseconds: times[safe: index]
                    ?? Int64.random(in: -2_000_000_000_000...4_000_000_000_000, using: &random),
                cents: edges[safe: index] ?? Int64.random(in: 0...min(digits, 9_999_999_999), using: &random),
                list: (0..<pick(4)).map { _ in texts[1 + pick(texts.count - 1)] ?? "" })
        }
    }

    @Test(arguments: 1...3) func rowsAreTheServersByteForByte(seed: Int) throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("create table thing (\(Self.columns))")
            let values = Self.values(seed: seed, count: 400)
            var rows = PostgresCopyRows()
            for value in values { value.append(to: &rows) }
            for start in stride(from: 0, to: values.count, by: 50) {
                _ = try await connection.transaction(
                    values[start..<start + 50].map { PostgresStatement(Value.insert, $0.parameters) })
            }
            let wanted = PostgresCopyRows.header + rows.take() + PostgresCopyRows.trailer
            #expect(try await Self.copyOut("thing", connection) == wanted)
            // The server reads them as the same values.
            try await connection.simple("create table copy (\(Self.columns))")
            var chunks = Self.chunks(wanted, of: 999)
            let copied = try await connection.copyIn("copy copy from stdin (format binary)") { chunks.popFirst() }
            #expect(copied == values.count)
            #expect(try await Self.copyOut("copy", connection) == wanted)
        }
    }

    @Test func muchDataGoesInAndOut() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("create table thing (id bigint, word text)")
            let count: Int64 = 100_000
            var sent: Int64 = 0
            let text = String(repeating: "x", count: 500)
            let copied = try await connection.copyIn("copy thing from stdin (format binary)") {
                guard sent <= count else { return nil }
                var rows = PostgresCopyRows()
                for _ in 0..<min(1000, count - sent) {
                    rows.beginRow(columns: 2)
                    rows.int(sent)
                    rows.text(text)
                    sent += 1
                }
                if rows.isEmpty { sent += 1 }
                let header = sent <= 1000 ? PostgresCopyRows.header : []
                return header + (rows.isEmpty ? PostgresCopyRows.trailer : rows.take())
            }
            #expect(copied == Int(count))
            var bytes = 0
            let given = try await connection.copyOut("copy thing to stdout (format binary)") { bytes += $0.count }
            #expect(given == Int(count))
            #expect(bytes == 19 + Int(count) * (2 + 4 + 8 + 4 + 500) + 2)
            let sum = try await connection.query("select sum(id)::bigint as sum from thing").rows[0].int("sum")
            #expect(sum == count * (count - 1) / 2)
        }
    }

    @Test func aCopyInThatIsGivenUpLeavesNothing() throws {
        struct Enough: Error {}
        try Database.withConnection { connection, _ in
            try await connection.simple("create table thing (id bigint)")
            var chunks = 0
            await #expect(throws: Enough.self) {
                _ = try await connection.copyIn("copy thing from stdin") {
                    chunks += 1
                    if chunks == 3 { throw Enough() }
                    return Array("1\n2\n".utf8)
                }
            }
            #expect(try await connection.query("select count(*) as n from thing").rows[0].int("n") == 0)
        }
    }

    @Test func aRowThatTheServerRefusesIsItsError() throws {
        try Database.withConnection { connection, _ in
            try await connection.simple("create table thing (id bigint)")
            var chunks = [Array("1\nmany\n".utf8)][...]
            let error = try await failure {
                _ = try await connection.copyIn("copy thing from stdin") { chunks.popFirst() }
            }
            #expect(error.sqlState == "22P02" && !error.isConnectionLost)
            #expect(try await connection.query("select count(*) as n from thing").rows[0].int("n") == 0)
        }
    }

    /// If the reader stops in the middle, the connection is closed, and the reader does not wait for the remaining
    /// rows.
    @Test func aCopyOutThatIsGivenUpEndsAtOnce() throws {
        struct Enough: Error {}
        try Database.withConnection { connection, _ in
            var pieces = 0
            await #expect(throws: Enough.self) {
                _ = try await connection.copyOut("copy (select generate_series(1, 1000000000)) to stdout") { _ in
                    pieces += 1
                    if pieces == 1000 { throw Enough() }
                }
            }
            #expect(pieces == 1000)
            _ = try await failure { _ = try await connection.query("select 1") }
        }
    }

    @Test func aCopyOutIsGivenUpByCancelling() throws {
        try Database.withConnection { connection, loop in
            let started = AsyncStream.makeStream(of: Void.self)
            let copying = Task(executorPreference: loop) {
                _ = try await connection.copyOut("copy (select generate_series(1, 1000000000)) to stdout") { _ in
                    started.continuation.yield()
                    try Task.checkCancellation()
                }
            }
            for await _ in started.stream { break }
            copying.cancel()
            await #expect(throws: CancellationError.self) { try await copying.value }
        }
    }

    private static func copyOut(_ table: String, _ connection: PostgresConnection) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        _ = try await connection.copyOut("copy (select * from \(table) order by small) to stdout (format binary)") {
            bytes += $0
        }
        return bytes
    }

    private static func chunks(_ bytes: [UInt8], of count: Int) -> ArraySlice<[UInt8]> {
        stride(from: 0, to: bytes.count, by: count).map { Array(bytes[$0..<min(bytes.count, $0 + count)]) }[...]
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
