import Cryptography
import Events

/// What a cursor is bound to: whose products, which of them, in which order.
struct ProductList: Sendable {
    let userID: UserID
    /// Inclusive, both.
    let minimumPrice: Money?
    let maximumPrice: Money?
    /// In the name, anywhere, without regard to case and accents.
    let name: String?
    let order: ListOrder
    /// The list as it was then; nil for now.
    let time: Timestamp?

    /// The same for the same list only; 16 bytes.
    var digest: ArraySlice<UInt8> {
        // The name is last: it is the only part that may hold the separator.
        let prices = [minimumPrice, maximumPrice].map { $0?.description ?? "" }
        let order = order.text + (time.map { " at \($0.milliseconds)" } ?? "")
        let text = ([userID.description] + prices + [order, name ?? ""]).joined(separator: "\n")
        return SHA256.digest(Array(text.utf8)).prefix(16)
    }
}
