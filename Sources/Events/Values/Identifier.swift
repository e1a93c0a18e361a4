/// The number of one `Entity`: 1 to 2^53 - 1, so that it survives every JSON reader (RFC 7493 section 2.2).
package struct Identifier<Entity>: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64

    /// The greatest id that gateways lease: far more than are ever needed, and far less than `maximum`, so that no
    /// record can use the ids up. `schema/postgres` has the same limit. The fold takes no event of an entity beyond it.
    package static var maximumLeased: Int64 { 1_000_000_000_000_000 }

    /// Nil when the value is outside the range.
    package init?(_ value: Int64) {
        guard (1...Self.maximum).contains(value) else { return nil }
        self.value = value
    }

    /// Nil for any text but the digits that `description` gives: an identifier has one spelling.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 16, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.first != 0x30,
            let value = Int64(text)
        else { return nil }
        self.init(value)
    }

    package static var maximum: Int64 { 1 << 53 - 1 }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    package var description: String { String(value) }
}

package typealias ProductID = Identifier<Product>
package typealias UserID = Identifier<User>
