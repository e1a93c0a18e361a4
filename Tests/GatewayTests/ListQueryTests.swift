import Base
import EventLog
import Events
import HTTPMessages
import HTTPServer
import Postgres
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct ListQueryTests {
    private static let key = SigningKey(Secret("0123456789abcdef0123456789abcdef"))

    /// The list for a request with this query after `/products?`.
    private static func query(_ text: String, key: SigningKey = key) throws -> ListQuery {
        try ListQuery(try #require(HTTPRequest(.get, "/products?\(text)")).query, key: key)
    }

    /// The fault of the query: the problem, the parameter and the code.
    private static func fault(_ text: String, key: SigningKey = key) throws -> [String] {
        do {
            _ = try query(text, key: key)
            return []
        } catch let problem as Problem {
            #expect(problem.kind.status == .badRequest && problem.faults.count == 1)
            guard let fault = problem.faults.first, case .parameter(let name) = fault.place else { return ["no fault"] }
            return [problem.kind.rawValue, name, fault.code]
        }
    }

    @Test func everyParameterIsRead() throws {
        let query = try Self.query(
            "user_id=7&price_min=0.50&price_max=1e2&product_name=a+%25&sort=-product_price&limit=7&cursor=")
        #expect(query.list.userID == UserID(7) && query.limit == 7 && query.after == nil)
        #expect(query.list.minimumPrice?.description == "0.50" && query.list.maximumPrice?.description == "100.00")
        #expect(query.list.name == "a %" && query.list.order == ListOrder(key: .price, isDescending: true))
    }

    @Test func whatIsEmptyIsAsWhatIsNotThere() throws {
        let query = try Self.query("user_id=&price_min=&price_max=&product_name=&sort=&limit=&cursor=")
        let digest = try Self.query("").list.digest
        #expect(query.list.userID == nil)
        #expect(query.list.digest == digest)
        #expect(query.limit == 100 && query.list.order == ListOrder(key: .createdAt, isDescending: false))
    }

    private static let refused: [(String, [String])] = [
        ("user_id=0", ["invalid-parameter", "user_id", "wrong-type"]),
        ("user_id=-1", ["invalid-parameter", "user_id", "wrong-type"]),
        ("user_id=1&user_id=1", ["invalid-parameter", "user_id", "repeated"]),
        ("user_id=1&sort=&sort=", ["invalid-parameter", "sort", "repeated"]),
        ("user_id=1&Sort=created_at", ["invalid-parameter", "Sort", "unknown-parameter"]),
        ("user_id=1&offset=5", ["invalid-parameter", "offset", "unknown-parameter"]),
        ("user_id=1&price_min=1,5", ["invalid-parameter", "price_min", "invalid-price"]),
        ("user_id=1&price_min=2&price_max=1.99", ["invalid-parameter", "price_min", "out-of-range"]),
        ("user_id=1&price_min=1.0011&price_max=1.001", ["invalid-parameter", "price_min", "out-of-range"]),
        ("user_id=1&price_min=0&price_max=-1e-9", ["invalid-parameter", "price_min", "out-of-range"]),
        ("user_id=1&price_max=NaN", ["invalid-parameter", "price_max", "invalid-price"]),
        ("user_id=1&sort=id", ["invalid-parameter", "sort", "unknown-order"]),
        ("user_id=1&sort=+created_at", ["invalid-parameter", "sort", "unknown-order"]),
        ("user_id=1&sort=--created_at", ["invalid-parameter", "sort", "unknown-order"]),
        ("user_id=1&sort=created_at,product_price", ["invalid-parameter", "sort", "unknown-order"]),
        ("user_id=1&limit=0", ["invalid-parameter", "limit", "out-of-range"]),
        ("user_id=1&limit=101", ["invalid-parameter", "limit", "out-of-range"]),
        ("user_id=1&limit=%2B5", ["invalid-parameter", "limit", "out-of-range"]),
        ("user_id=1&limit=99999999999999999999", ["invalid-parameter", "limit", "out-of-range"]),
        (
            "user_id=1&product_name=" + String(repeating: "%C3%A4", count: 201),
            ["invalid-parameter", "product_name", "too-long"]
        ),
        ("user_id=1&cursor=x", ["invalid-cursor", "cursor", "invalid"]),
        ("user_id=1&cursor=1-1", ["invalid-cursor", "cursor", "invalid"]),
        ("user_id=1&cursor=" + String(repeating: "A", count: 5000), ["invalid-cursor", "cursor", "invalid"]),
    ]

    @Test(arguments: refused)
    func whatIsWrongIsNamed(_ row: (query: String, fault: [String])) throws {
        #expect(try Self.fault(row.query) == row.fault, "\(row.query.prefix(80))")
    }

    /// Prices have two decimals and a limit, but a bound may be any number.
    @Test(
        arguments: [
            ("1.001", "1.01", "1.00"), ("1.009", "1.01", "1.00"), ("1.00", "1.00", "1.00"), ("0", "0.00", "0.00"),
            ("1e-400", "0.01", "0.00"), ("-1e-400", "0.00", "-0.01"), ("-0.005", "0.00", "-0.01"),
            ("-1", "-0.01", "-0.01"), ("-1e400", "-0.01", "-0.01"), ("99999999.99", "99999999.99", "99999999.99"),
            ("99999999.991", "100000000.00", "99999999.99"), ("100000000", "100000000.00", "100000000.00"),
            ("1e400", "100000000.00", "100000000.00"), ("1e999999999999999999999", "100000000.00", "100000000.00"),
        ])
    func aBoundIsAnyNumber(_ row: (number: String, least: String, most: String)) throws {
        #expect(try Self.query("user_id=1&price_min=\(row.number)").list.minimumPrice?.description == row.least)
        #expect(try Self.query("user_id=1&price_max=\(row.number)").list.maximumPrice?.description == row.most)
        #expect(try Self.fault("user_id=1&price_min=\(row.number)&price_max=\(row.number)") == [])
    }

    /// Keys as Postgres writes them, and some that it never writes.
    @Test(arguments: [
        "2026-11-21 08:30:00.001+00", "99999999.99", "", " ", "a b  c", "\u{3099}a", "\r\n",
        String(repeating: "𐐨", count: 600),
    ])
    func aCursorIsReadBackAsItWasWritten(_ key: String) throws {
        let list = try Self.query("user_id=1&sort=product_name").list
        let cursor = ListCursor(key: key, id: try #require(ProductID(Int64(1) << 53 - 1)))
        let text = cursor.text(of: list, key: Self.key)
        #expect(text.utf8.count < 4096)
        #expect(try Self.query("user_id=1&sort=product_name&limit=3&cursor=\(text)").after == cursor)
    }

    private static let other = [
        "user_id=2&sort=product_price&price_min=1&price_max=2&product_name=a",
        "sort=product_price&price_min=1&price_max=2&product_name=a",
        "user_id=1&sort=-product_price&price_min=1&price_max=2&product_name=a",
        "user_id=1&sort=created_at&price_min=1&price_max=2&product_name=a",
        "user_id=1&price_min=1&price_max=2&product_name=a",
        "user_id=1&sort=product_price&price_min=1.01&price_max=2&product_name=a",
        "user_id=1&sort=product_price&price_min=1&product_name=a",
        "user_id=1&sort=product_price&price_max=1&product_name=a",
        "user_id=1&sort=product_price&price_min=1&price_max=2&product_name=A",
        "user_id=1&sort=product_price&price_min=1&price_max=2",
    ]

    private static let list = "user_id=1&sort=product_price&price_min=1&price_max=2&product_name=a"

    @Test(arguments: other)
    func aCursorBelongsToItsList(_ other: String) throws {
        let cursor = ListCursor(key: "1.50", id: try #require(ProductID(9)))
        let text = cursor.text(of: try Self.query(Self.list).list, key: Self.key)
        #expect(try Self.fault("\(Self.list)&cursor=\(text)") == [])
        #expect(try Self.fault("\(other)&cursor=\(text)") == ["invalid-cursor", "cursor", "other-list"])
    }

    @Test func theSameListMayBeWrittenDifferently() throws {
        let cursor = ListCursor(key: "1.50", id: try #require(ProductID(9)))
        let text = cursor.text(of: try Self.query(Self.list).list, key: Self.key)
        let same = "cursor=\(text)&product_name=a&price_max=2.00&price_min=1e0&limit=5&sort=product_price&user_id=1"
        #expect(try Self.query(same).after == cursor)
    }

    @Test func onlyTheGatewaysKeyMakesCursors() throws {
        let list = try Self.query(Self.list).list
        let cursor = ListCursor(key: "1.50", id: try #require(ProductID(9)))
        let others = SigningKey(Secret("another key of sufficient length"))
        let fault = ["invalid-cursor", "cursor", "invalid"]
        #expect(try Self.fault("\(Self.list)&cursor=\(cursor.text(of: list, key: others))") == fault)
        let text = Array(cursor.text(of: list, key: Self.key).utf8)
        for index in text.indices {
            var forged = text
            forged[index] = forged[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let cursor = String(decoding: forged, as: UTF8.self)
            #expect(try Self.fault("\(Self.list)&cursor=\(cursor)") == fault, "\(index)")
        }
    }

    @Test func aCursorBelongsToItsLog() throws {
        let cursor = ListCursor(key: "1.50", id: try #require(ProductID(9)))
        let other = Self.key.of(LogEpoch(topicIDs: ["another"]))
        let text = cursor.text(of: try Self.query(Self.list).list, key: other)
        #expect(try Self.fault("\(Self.list)&cursor=\(text)") == ["invalid-cursor", "cursor", "other-log"])
        #expect(try Self.fault("\(Self.list)&cursor=\(text)", key: other) == [])
        let product = try #require(ProductID(9))
        let history = HistoryCursor(offset: 1).text(of: product, key: other)
        #expect(throws: Problem.self) { try HistoryCursor(history, of: product, key: Self.key) }
    }

    @Test func noTextOfAClientBecomesSQL() throws {
        let cursor = ListCursor(key: "x' or 1=1 --", id: try #require(ProductID(9)))
        let query = "user_id=1&product_name=a'%20or%201=1%20--&sort=product_name"
        let text = cursor.text(of: try Self.query(query).list, key: Self.key)
        let statement = try Self.query("\(query)&cursor=\(text)").statement
        #expect(!statement.sql.contains("1=1"))
        #expect(statement.parameters.count == 5)
    }

    private static let links: [(String, String)] = [
        ("/products?user_id=1", "/products?user_id=1&cursor=c-_"),
        ("/api/v1/products?user_id=1&cursor=old&limit=5", "/api/v1/products?user_id=1&limit=5&cursor=c-_"),
        ("/products?product_name=a+b%26%25&user_id=1", "/products?product_name=a%20b%26%25&user_id=1&cursor=c-_"),
        ("/products?product_name=%3C%22caf%C3%A9%3E,;", "/products?product_name=%3C%22caf%C3%A9%3E%2C%3B&cursor=c-_"),
        ("/products?price_min=", "/products?price_min=&cursor=c-_"),
        ("http://example.com/products?user_id=1", "/products?user_id=1&cursor=c-_"),
    ]

    @Test(arguments: links)
    func theNextPageIsTheSameRequestWithAnotherCursor(_ row: (target: String, next: String)) throws {
        let next = try #require(HTTPRequest(.get, row.target)).target(with: "cursor", "c-_")
        #expect(next == row.next)
        #expect(HTTPRequest(.get, next)?.target(with: "cursor", "c-_") == next)
    }
}
