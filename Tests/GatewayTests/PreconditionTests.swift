import Events
import HTTPMessages
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct PreconditionTests {
    private static func product(version: Int64, mediaRevision: Int64 = 0) -> Product {
        Product(
            id: ProductID(7)!, userID: UserID(1)!, name: "Kettle", description: "", price: try! Money("5"), images: [],
            version: version, mediaRevision: mediaRevision, createdAt: Timestamp(milliseconds: 0),
            updatedAt: Timestamp(milliseconds: 0), isDeleted: false)
    }

    private static func problem(_ body: () throws -> Int64?) -> Problem? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? Problem
        }
    }

    /// The version that a write expects, or the kind of its refusal.
    private static func expected(_ headers: HTTPHeaders, version: Int64, mediaRevision: Int64 = 0) -> String {
        do throws(Problem) {
            let preconditions = try Preconditions(headers)
            let product = product(version: version, mediaRevision: mediaRevision)
            return try preconditions.expectedVersion(of: product, isRequired: false).map { "\($0)" } ?? "any"
        } catch {
            return error.kind.rawValue
        }
    }

    @Test(arguments: [
        ("\"3.1\"", "3"), ("\"3.0\"", "3"), ("\"3.9\"", "3"), ("*", "any"), ("\"2.1\"", "precondition-failed"),
        ("W/\"3.1\"", "precondition-failed"), ("\"1.0\", \"3.1\"", "3"), ("\"1.0\", \"2.1\"", "precondition-failed"),
        ("\"foreign\"", "precondition-failed"), ("\"3\"", "precondition-failed"), ("\"03.1\"", "precondition-failed"),
        ("\"3.1.1\"", "precondition-failed"), ("\"3.1.af63dc4c8601ec8c\"", "3"),
        ("\"3.1.AF63DC4C8601EC8C\"", "precondition-failed"),
        ("\"2.1.af63dc4c8601ec8c\"", "precondition-failed"), ("\"3.1.af63dc4c8601ec8c.\"", "precondition-failed"),
        ("\"-3.1\"", "precondition-failed"), ("\"\"", "precondition-failed"),
        (" \"1.0\" ,, \"3.1\" , ", "3"), ("3.1", "malformed-request"), ("\"3.1", "malformed-request"),
        ("\"3.1\" \"4.0\"", "malformed-request"), ("", "malformed-request"), (",", "malformed-request"),
        ("*, \"3.1\"", "malformed-request"), ("w/\"3.1\"", "malformed-request"), ("\"3 1\"", "malformed-request"),
        // The fold judges a version that this gateway has not seen yet.
        ("\"4.1\"", "4"), ("\"9223372036854775807.0\"", "9223372036854775807"),
        ("\"9223372036854775808.0\"", "precondition-failed"),
    ])
    func ifMatchNamesTheVersionThatAWriteHasToMeet(_ value: String, _ expected: String) {
        #expect(Self.expected(["If-Match": value], version: 3, mediaRevision: 1) == expected)
    }

    @Test(arguments: [
        ("*", "precondition-failed"), ("\"3.1\"", "precondition-failed"), ("W/\"3.1\"", "precondition-failed"),
        ("\"3.0\"", "any"), ("\"2.1\", \"x\"", "any"), ("3.1", "malformed-request"),
    ])
    func ifNoneMatchRefusesAWriteOfWhatIsThere(_ value: String, _ expected: String) {
        #expect(Self.expected(["If-None-Match": value], version: 3, mediaRevision: 1) == expected)
    }

    @Test func severalFieldsAreOneList() {
        var headers: HTTPHeaders = [:]
        headers.add("If-Match", "\"1.0\"")
        headers.add("If-Match", "\"3.0\"")
        #expect(Self.expected(headers, version: 3) == "3")
    }

    @Test func theRefusalNamesTheVersionThatIsThere() throws {
        let preconditions = try Preconditions(["If-Match": "\"2.0\""])
        let problem = Self.problem {
            try preconditions.expectedVersion(of: Self.product(version: 3, mediaRevision: 4), isRequired: false)
        }
        #expect(problem?.currentVersion == 3)
        #expect(problem?.headers["ETag"] == "\"3.4\"")
    }

    @Test func aPreconditionCanBeRequired() throws {
        let problem = Self.problem {
            try Preconditions([:]).expectedVersion(of: Self.product(version: 3), isRequired: true)
        }
        #expect(problem?.kind == .preconditionRequired)
        #expect(
            try Preconditions(["If-Match": "*"]).expectedVersion(of: Self.product(version: 3), isRequired: true) == nil)
    }

    @Test func aProductThatCannotBeSeenIsLeftToTheFold() throws {
        #expect(try Preconditions(["If-Match": "\"2.0\", \"5.1\""]).expectedVersion(of: nil, isRequired: false) == 5)
        #expect(try Preconditions(["If-Match": "\"x\""]).expectedVersion(of: nil, isRequired: false) == -1)
    }

    @Test(arguments: [
        ("\"3.1\"", true), ("W/\"3.1\"", true), ("*", true), ("\"3.0\", \"3.1\"", true), ("\"3.0\"", false),
        ("\"4.1\"", false),
    ])
    func aReadIsNotModifiedWhenTheClientHasIt(_ value: String, _ isNotModified: Bool) throws {
        #expect(try Preconditions(["If-None-Match": value]).isNotModified("\"3.1\"") == isNotModified)
    }

    @Test(arguments: [("\"3.1\"", true), ("*", true), ("W/\"3.1\"", false), ("\"3.0\"", false)])
    func aReadOfAnotherStateIsRefused(_ value: String, _ isAnswered: Bool) throws {
        let preconditions = try Preconditions(["If-Match": value])
        if isAnswered {
            #expect(try preconditions.isNotModified("\"3.1\"") == false)
        } else {
            #expect(throws: Problem.self) { try preconditions.isNotModified("\"3.1\"") }
        }
    }
}
