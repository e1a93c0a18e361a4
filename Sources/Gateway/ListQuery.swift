import Events
import HTTPServer
import Postgres

/// `GET /products?user_id=…`: which products, and which page of them.
struct ListQuery: Sendable {
    static let maximumLimit = 100

    let userID: UserID
    let minimumPrice: Money?
    let maximumPrice: Money?
    let name: String?
    let limit: Int
    let after: Cursor?

    /// The last product of the page before.
    struct Cursor: Sendable, Equatable {
        let createdAt: Timestamp
        let id: ProductID
    }

    /// An empty value is no filter: that is what a form with an empty field sends.
    init(_ query: [(name: String, value: String)]) throws(Problem) {
        var values: [String: String] = [:]
        for (name, value) in query {
            guard Self.names.contains(name) else { throw .parameter(name, "unknown-parameter", "is not a parameter here") }
            guard values[name] == nil else { throw .parameter(name, "repeated", "must be given once") }
            values[name] = value
        }
        values = values.filter { !$0.value.isEmpty }
        guard let user = values["user_id"] else { throw .parameter("user_id", "required", "is required") }
        guard let userID = UserID(user) else { throw .parameter("user_id", "wrong-type", "must be a positive integer") }
        self.userID = userID
        minimumPrice = try Self.price("price_min", values)
        maximumPrice = try Self.price("price_max", values)
        if let name = values["product_name"], name.utf8.contains(0) {
            throw .parameter("product_name", "forbidden-character", "must not contain NUL")
        }
        name = values["product_name"]
        if let text = values["limit"] {
            guard let limit = Int(text), (1...Self.maximumLimit).contains(limit) else {
                throw .parameter("limit", "out-of-range", "must be an integer from 1 to \(Self.maximumLimit)")
            }
            self.limit = limit
        } else {
            limit = Self.maximumLimit
        }
        if let text = values["cursor"] {
            guard let cursor = Cursor(text) else { throw .parameter("cursor", "invalid", "is not a cursor of this list") }
            after = cursor
        } else {
            after = nil
        }
    }

    private static let names: Set = ["user_id", "price_min", "price_max", "product_name", "limit", "cursor"]

    private static func price(_ name: String, _ values: [String: String]) throws(Problem) -> Money? {
        guard let text = values[name] else { return nil }
        do {
            return try Money(text)
        } catch {
            throw .parameter(name, "invalid-price", "must be an amount from 0 to \(Money.maximum) with at most two decimals")
        }
    }

    /// The SQL condition and its parameters.
    var condition: (sql: String, parameters: [PostgresValue]) {
        var terms = ["user_id = $1"]
        var parameters: [PostgresValue] = [.int(userID.value)]
        func add(_ term: (Int) -> String, _ values: PostgresValue...) {
            terms.append(term(parameters.count + 1))
            parameters += values
        }
        if let minimumPrice { add({ "product_price >= $\($0)::numeric" }, .text(minimumPrice.description)) }
        if let maximumPrice { add({ "product_price <= $\($0)::numeric" }, .text(maximumPrice.description)) }
        // `position` and not `like`: %, _ and \ are characters like others.
        if let name { add({ "position(lower($\($0)) in lower(product_name)) > 0" }, .text(name)) }
        if let after {
            add(
                { "(created_at, id) > (to_timestamp($\($0)::bigint / 1000.0), $\($0 + 1)::bigint)" },
                .int(after.createdAt.milliseconds), .int(after.id.value))
        }
        return (terms.joined(separator: " and "), parameters)
    }
}

extension ListQuery.Cursor {
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), milliseconds >= 0, milliseconds < 1 << 53,
            let id = ProductID(parts[1])
        else { return nil }
        self.init(createdAt: Timestamp(milliseconds: milliseconds), id: id)
    }

    var text: String { "\(createdAt.milliseconds)-\(id)" }
}
