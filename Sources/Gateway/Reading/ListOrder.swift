/// The orders that a list can have. Products with equal keys follow each other by their ids, in the same direction, so
/// that every order is total.
struct ListOrder: Sendable, Equatable {
    enum Key: String, CaseIterable, Sendable {
        case createdAt = "created_at"
        case price = "product_price"
        /// Without regard to case and accents, by code points: `search_name` in the schema says how.
        case name = "product_name"
    }

    let key: Key
    let isDescending: Bool

    static let standard = ListOrder(key: .createdAt, isDescending: false)
    static let all = Key.allCases.flatMap { key in
        [false, true].map { ListOrder(key: key, isDescending: $0) }
    }

    /// The value of `sort`: a key, behind `-` for descending.
    var text: String { (isDescending ? "-" : "") + key.rawValue }
}
