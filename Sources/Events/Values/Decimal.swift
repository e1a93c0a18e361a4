/// An exact decimal number of any size and precision, as a JSON number has it (RFC 8259 section 6).
package struct Decimal: Sendable, Equatable {
    /// False for zero.
    package let isNegative: Bool
    /// The number is 0.`digits` × 10^`magnitude`. The digits have no zeros at either end, and zero has none.
    private let digits: [UInt8]
    private let magnitude: Int

    /// Nil for any text but a JSON number.
    package init?(_ number: some StringProtocol) {
        // The digits are read as bytes, because a number is ASCII.
        var rest = Substring(number).utf8[...]
        let hasMinus = rest.first == UInt8(ascii: "-")
        if hasMinus { rest.removeFirst() }
        let whole = rest.prefix(while: Self.isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: Self.isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard whole.count == 1 || !whole.isEmpty && whole.first != UInt8(ascii: "0"), let exponent = Self.exponent(rest)
        else { return nil }
        let written = Array(whole) + fraction
        var digits = written.drop { $0 == UInt8(ascii: "0") }
        magnitude = digits.isEmpty ? 0 : whole.count - (written.count - digits.count) + exponent
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.digits = Array(digits)
        isNegative = hasMinus && !digits.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Reads `e`, a sign and digits: 0 when there is no exponent, nil for any other text. The result is bounded, so
    /// that sums with it never overflow; the bound is far beyond the length of any text, and so beyond any amount.
    private static func exponent(_ text: Substring.UTF8View) -> Int? {
        guard let mark = text.first else { return 0 }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
        var digits = text.dropFirst()
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        let size = digits.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1 << 40) }
        return isNegative ? -size : size
    }

    /// The magnitude of the number in hundredths, rounded down, and whether that is exact. A number beyond `limit`
    /// counts as `limit`, which has at most 17 digits.
    package func hundredths(atMost limit: Int64) -> (count: Int64, isExact: Bool) {
        let isExact = digits.count <= magnitude + 2
        let places = magnitude + 2
        guard !digits.isEmpty, places > 0 else { return (0, digits.isEmpty) }
        guard places <= 17 else { return (limit, isExact) }
        var count: Int64 = 0
        for place in 0..<places { count = count * 10 + (place < digits.count ? Int64(digits[place] - 0x30) : 0) }
        return count >= limit ? (limit, isExact) : (count, isExact)
    }
}

extension Decimal: Comparable {
    package static func < (left: Decimal, right: Decimal) -> Bool {
        guard left.isNegative == right.isNegative else { return left.isNegative }
        return left.isNegative ? right.isNearerToZero(than: left) : left.isNearerToZero(than: right)
    }

    private func isNearerToZero(than other: Decimal) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        if magnitude != other.magnitude { return magnitude < other.magnitude }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
