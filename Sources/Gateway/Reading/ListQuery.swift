import Events
import History

/// The query of `GET /products`: the list, and the page of it.
struct ListQuery: Sendable {
    static let maximumLimit = 100

    let list: ProductList
    let limit: Int
    let after: ListCursor?

    /// Treats an empty value as absent, because a form sends one for an empty field.
    init(_ query: [(name: String, value: String)], key: SigningKey) throws(Problem) {
        let values = try QueryParameters(query, allowed: Self.names).withoutEmpty
        let (minimum, maximum) = try Self.prices(values)
        list = ProductList(
            userID: try Self.user(values), minimumPrice: minimum, maximumPrice: maximum, name: try Self.name(values),
            order: try Self.order(values), time: try values["at"].map(Moment.time))
        limit = try values.limit(default: Self.maximumLimit, maximum: Self.maximumLimit)
        if let cursor = values["cursor"] {
            after = try ListCursor(cursor, of: list, key: key)
        } else {
            after = nil
        }
    }

    private static let names: Set = [
        "user_id", "price_min", "price_max", "product_name", "sort", "limit", "cursor", "at",
    ]

    private static func user(_ values: QueryParameters) throws(Problem) -> UserID? {
        guard let text = values["user_id"] else { return nil }
        guard let userID = UserID(text) else { throw .parameter("user_id", "wrong-type", "must be a positive integer") }
        return userID
    }

    private static func prices(_ values: QueryParameters) throws(Problem) -> (PriceBound?, PriceBound?) {
        let minimum = try decimal("price_min", values)
        let maximum = try decimal("price_max", values)
        if let minimum, let maximum, maximum < minimum {
            throw .parameter("price_min", "out-of-range", "must not be more than price_max")
        }
        return (minimum.map { PriceBound(atLeast: $0) }, maximum.map { PriceBound(atMost: $0) })
    }

    private static func decimal(_ name: String, _ values: QueryParameters) throws(Problem) -> Decimal? {
        guard let text = values[name] else { return nil }
        guard let decimal = Decimal(text) else { throw .parameter(name, "invalid-price", "must be a number") }
        return decimal
    }

    private static func name(_ values: QueryParameters) throws(Problem) -> String? {
        guard let name = values["product_name"] else { return nil }
        guard !name.utf8.contains(0) else {
            throw .parameter("product_name", "forbidden-character", "must not contain NUL")
        }
        let maximum = ProductField.maximumNameLength
        guard name.unicodeScalars.count <= maximum else {
            throw .parameter("product_name", "too-long", "must have at most \(maximum) Unicode code points")
        }
        return name
    }

    private static func order(_ values: QueryParameters) throws(Problem) -> ListOrder {
        guard let text = values["sort"] else { return .standard }
        guard let order = ListOrder.all.first(where: { $0.text == text }) else {
            let orders = ListOrder.all.map(\.text).joined(separator: ", ")
            throw .parameter("sort", "unknown-order", "must be one of \(orders)")
        }
        return order
    }
}
