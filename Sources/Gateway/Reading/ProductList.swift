import Cryptography
import Events

/// A list of products: its filters and order. A cursor belongs to one list.
struct ProductList: Sendable {
    /// The owner of the products; nil for the products of all users.
    let userID: UserID?
    /// Both bounds are inclusive.
    let minimumPrice: PriceBound?
    let maximumPrice: PriceBound?
    /// A text that names must contain, regardless of case and accents.
    let name: String?
    let order: ListOrder
    /// The time of a past list; nil for the present one.
    let time: Timestamp?

    /// A digest of 16 bytes that identifies the list.
    var digest: ArraySlice<UInt8> {
        // The name is last, because it is the only part that can contain the separator.
        let prices = [minimumPrice, maximumPrice].map { $0?.description ?? "" }
        let order = order.text + (time.map { " at \($0.milliseconds)" } ?? "")
        let text = ([userID?.description ?? ""] + prices + [order, name ?? ""]).joined(separator: "\n")
        return SHA256.digest(Array(text.utf8)).prefix(16)
    }
}
