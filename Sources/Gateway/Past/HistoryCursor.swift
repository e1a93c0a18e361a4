import Events

/// The end of a page of a product's history: the offset of its last event.
struct HistoryCursor: Sendable, Equatable {
    let offset: Int64

    init(offset: Int64) { self.offset = offset }

    /// Throws if `text` was not sealed with this key for this product.
    init(_ text: String, of product: ProductID, key: SigningKey) throws(Problem) {
        if key.isOfAnotherLog(.historyCursor, text) { throw Problem.cursorOfAnotherLog }
        let message = String(decoding: key.open(.historyCursor, text) ?? [], as: UTF8.self)
        let parts = message.split(separator: " ")
        guard parts.count == 2, parts[0] == product.description, let offset = Int64(parts[1]) else {
            let detail = "is not a cursor from an answer about this product"
            throw Problem(
                .invalidCursor, faults: [.init(place: .parameter("cursor"), code: "invalid", detail: detail)])
        }
        self.init(offset: offset)
    }

    func text(of product: ProductID, key: SigningKey) -> String {
        key.seal(.historyCursor, Array("\(product) \(offset)".utf8))
    }
}
