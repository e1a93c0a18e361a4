import Events

/// The query of `GET /products/{id}/history`: the page of the history.
struct HistoryQuery: Sendable {
    static let maximumLimit = 100
    static let defaultLimit = 50

    let limit: Int
    let after: HistoryCursor?

    init(_ query: [(name: String, value: String)], of product: ProductID, key: SigningKey) throws(Problem) {
        let parameters = try QueryParameters(query, allowed: ["limit", "cursor"]).withoutEmpty
        limit = try parameters.limit(default: Self.defaultLimit, maximum: Self.maximumLimit)
        if let cursor = parameters["cursor"] {
            after = try HistoryCursor(cursor, of: product, key: key)
        } else {
            after = nil
        }
    }
}

extension QueryParameters {
    /// The maximum number of elements on a page.
    func limit(default standard: Int, maximum: Int) throws(Problem) -> Int {
        guard let text = self["limit"] else { return standard }
        guard let limit = Int(text), (1...maximum).contains(limit), "\(limit)" == text else {
            throw .parameter("limit", "out-of-range", "must be an integer from 1 to \(maximum)")
        }
        return limit
    }
}
