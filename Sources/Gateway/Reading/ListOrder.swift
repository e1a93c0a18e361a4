/// The order of a list. Products with equal keys are ordered by their ids in the same direction, so every order is
/// total.
struct ListOrder: Sendable, Equatable {
    enum Key: String, CaseIterable, Sendable {
        case createdAt = "created_at"
        case price = "product_price"
        /// Ignores case and accents and compares code points: see `search_name` in the database schema.
        case name = "product_name"
    }

    let key: Key
    let isDescending: Bool

    static let standard = ListOrder(key: .createdAt, isDescending: false)
    static let all = Key.allCases.flatMap { key in
        [false, true].map { ListOrder(key: key, isDescending: $0) }
    }

    /// The value of `sort`: the key, with `-` before it for descending order.
    var text: String { (isDescending ? "-" : "") + key.rawValue }
}
