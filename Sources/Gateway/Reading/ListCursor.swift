import Events

/// The end of a page: the sort key and the id of its last product. The next page begins after that position, even if
/// the product has changed or is gone.
struct ListCursor: Sendable, Equatable {
    /// The sort key as Postgres writes it, exactly.
    let key: String
    let id: ProductID

    init(key: String, id: ProductID) {
        self.key = key
        self.id = id
    }

    /// Throws if `text` was not sealed with this key for this list.
    init(_ text: String, of list: ProductList, key signingKey: SigningKey) throws(Problem) {
        guard let message = signingKey.open(.cursor, text) else {
            if signingKey.isOfAnotherLog(.cursor, text) { throw Problem.cursorOfAnotherLog }
            throw Self.problem("invalid", "is not a cursor from an answer")
        }
        guard message.starts(with: list.digest) else {
            throw Self.problem("other-list", "belongs to a list with other filters or another order")
        }
        // Splits bytes and not characters: a key that begins with a combining mark forms one character with the space
        // before it.
        let parts = message.dropFirst(list.digest.count)
            .split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 2, let id = ProductID(parts[0]) else {
            throw Self.problem("invalid", "is not a cursor from an answer")
        }
        self.init(key: parts[1], id: id)
    }

    /// The cursor's text: letters, digits, `-` and `_`; about 120 characters for common names and at most 3,300.
    func text(of list: ProductList, key signingKey: SigningKey) -> String {
        signingKey.seal(.cursor, list.digest + Array("\(id) \(key)".utf8))
    }

    private static func problem(_ code: String, _ detail: String) -> Problem {
        Problem(.invalidCursor, faults: [.init(place: .parameter("cursor"), code: code, detail: detail)])
    }
}

extension Problem {
    static let cursorOfAnotherLog = Problem(
        .invalidCursor,
        faults: [
            .init(
                place: .parameter("cursor"), code: "other-log",
                detail: "belongs to another log: the service was reset or restored; begin with the first page")
        ])
}
