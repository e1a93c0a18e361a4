import Base
import EventLog
import Events
import HTTPMessages
import HTTPServer
import History
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct PastQueryTests {
    private static let key = SigningKey(Secret("0123456789abcdef0123456789abcdef"))

    private static func moment(_ query: String) throws -> Moment {
        try Moment(try #require(HTTPRequest(.get, "/products/7?\(query)")).query)
    }

    /// The faulty parameter and its fault; empty if there is none.
    private static func fault(_ body: () throws -> Void) throws -> [String] {
        do {
            try body()
            return []
        } catch let problem as Problem {
            #expect(problem.kind.status == .badRequest)
            guard let fault = problem.faults.first, case .parameter(let name) = fault.place else { return ["no fault"] }
            return [name, fault.code]
        }
    }

    @Test func aVersionOrATimeIsRead() throws {
        #expect(try Self.moment("at_version=3") == .version(3))
        #expect(try Self.moment("at=2026-11-21T09:30:00%2B01:00") == .time(Timestamp(milliseconds: 1_795_249_800_000)))
    }

    private static let wrong: [(String, [String])] = [
        ("at_version=0", ["at_version", "wrong-type"]), ("at_version=-1", ["at_version", "wrong-type"]),
        ("at_version=01", ["at_version", "wrong-type"]), ("at_version=", ["at_version", "wrong-type"]),
        ("at_version=9223372036854775808", ["at_version", "wrong-type"]),
        ("at_version=1.0", ["at_version", "wrong-type"]),
        ("at=", ["at", "invalid-time"]), ("at=yesterday", ["at", "invalid-time"]),
        ("at=2026-11-21T09:30:00+01:00", ["at", "invalid-time"]),
        ("at=2026-11-21T08:30:00Z&at_version=1", ["at", "ambiguous"]),
        ("at_version=1&at_version=1", ["at_version", "repeated"]), ("version=1", ["version", "unknown-parameter"]),
    ]

    @Test(arguments: wrong)
    func whatNamesNoMomentIsNamed(_ row: (query: String, fault: [String])) throws {
        #expect(try Self.fault { _ = try Self.moment(row.query) } == row.fault)
    }

    @Test func aListOfThePastIsAnotherListThanThatOfNow() throws {
        func list(_ text: String) throws -> ProductList {
            try ListQuery(try #require(HTTPRequest(.get, "/products?user_id=1\(text)")).query, key: Self.key).list
        }
        let digests = try ["", "&at=2026-11-21T08:30:00Z", "&at=2026-11-21T08:30:00.001Z"].map { try list($0).digest }
        #expect(Set(digests).count == 3)
        #expect(try list("&at=2026-11-21T09:30:00%2B01:00").digest == digests[1])
        #expect(try list("&at=").digest == digests[0])
        #expect(try Self.fault { _ = try list("&at=now") } == ["at", "invalid-time"])
    }

    @Test func aPageOfTheHistoryBelongsToItsProduct() throws {
        let seven = try #require(ProductID(7))
        let cursor = HistoryCursor(offset: 12).text(of: seven, key: Self.key)
        func query(_ text: String, of id: Int64 = 7) throws -> HistoryQuery {
            try HistoryQuery(
                try #require(HTTPRequest(.get, "/products/7/history?\(text)")).query, of: try #require(ProductID(id)),
                key: Self.key)
        }
        let page = try query("limit=3&cursor=\(cursor)")
        #expect(page.limit == 3 && page.after == HistoryCursor(offset: 12))
        #expect(try query("").limit == 50)
        #expect(try Self.fault { _ = try query("cursor=\(cursor)", of: 8) } == ["cursor", "invalid"])
        #expect(try Self.fault { _ = try query("cursor=\(cursor)x") } == ["cursor", "invalid"])
        #expect(try Self.fault { _ = try query("limit=101") } == ["limit", "out-of-range"])
        #expect(try Self.fault { _ = try query("at=x") } == ["at", "unknown-parameter"])
    }

    private static let failures: [(any Error, Problem.Kind)] = [
        (LogReader.Failure.away, .unavailable), (LogReader.Failure.busy, .overloaded),
        (HistoryTooLong(), .historyTooLong),
    ]

    @Test func aLogThatIsAwayIsAProblemThatPasses() async throws {
        for (failure, kind) in Self.failures {
            do {
                try await translatingHistoryErrors { throw failure }
                Issue.record("\(failure) is no problem")
            } catch let problem as Problem {
                #expect(problem.kind == kind)
                #expect((problem.headers["Retry-After"] != nil) == problem.kind.isRetriable)
            }
        }
    }
}
