import Events

/// Where a page ends: its last product's key in the list's order, and its id. The next page begins behind that place,
/// whatever has become of the product.
struct ListCursor: Sendable, Equatable {
    /// The text of the value in Postgres, exact.
    let key: String
    let id: ProductID

    init(key: String, id: ProductID) {
        self.key = key
        self.id = id
    }

    /// Throws for what was not made with this key for this list.
    init(_ text: String, of list: ProductList, key signingKey: SigningKey) throws(Problem) {
        guard let message = signingKey.open(.cursor, text) else {
            throw Self.problem("invalid", "is not a cursor that an answer gave")
        }
        guard message.starts(with: list.digest) else {
            throw Self.problem("other-list", "belongs to a list with another user, other filters or another order")
        }
        // By bytes: a key that begins with a combining mark makes one character with the space before it.
        let parts = message.dropFirst(list.digest.count)
            .split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 2, let id = ProductID(parts[0]) else {
            throw Self.problem("invalid", "is not a cursor that an answer gave")
        }
        self.init(key: parts[1], id: id)
    }

    /// At most some 3,300 characters, and 120 for common names: letters, digits, `-` and `_`.
    func text(of list: ProductList, key signingKey: SigningKey) -> String {
        signingKey.seal(.cursor, list.digest + Array("\(id) \(key)".utf8))
    }

    private static func problem(_ code: String, _ detail: String) -> Problem {
        Problem(.invalidCursor, faults: [.init(place: .parameter("cursor"), code: code, detail: detail)])
    }
}
