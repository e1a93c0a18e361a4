/// An exact, non-negative amount with at most two decimals, as `numeric(10,2)` holds it.
package struct Money: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The amount in hundredths.
    package let cents: Int64

    /// The greatest amount, 99,999,999.99: eight digits before the point.
    package static let maximum = Money(unchecked: 9_999_999_999)

    package enum Fault: Error, Equatable, Sendable {
        case notANumber, negative, moreThanTwoDecimals, tooLarge
    }

    private init(unchecked cents: Int64) { self.cents = cents }

    package init(cents: Int64) throws(Fault) {
        guard cents >= 0 else { throw .negative }
        guard cents <= Self.maximum.cents else { throw .tooLarge }
        self.init(unchecked: cents)
    }

    /// Reads the digits of a JSON number (RFC 8259 section 6) by their value: `1e2` is 100, `9.990` is 9.99, and
    /// 9.999 is refused, never rounded.
    package init(_ number: some StringProtocol) throws(Fault) {
        // The digits are read as bytes, because a number is ASCII.
        var rest = Substring(number).utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let whole = rest.prefix(while: Self.isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: Self.isDigit)
            guard !fraction.isEmpty else { throw .notANumber }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard whole.count == 1 || !whole.isEmpty && whole.first != UInt8(ascii: "0"), let exponent = Self.exponent(rest)
        else { throw .notANumber }

        // digits × 10^scale, without the zeros at both ends
        var digits = (Array(whole) + fraction).drop { $0 == UInt8(ascii: "0") }
        let scale = exponent - fraction.count + digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.isEmpty {
            self.init(unchecked: 0)  // zero has no sign and any exponent
            return
        }
        guard !isNegative else { throw .negative }
        guard scale >= -2 else { throw .moreThanTwoDecimals }
        guard digits.count + scale <= 8 else { throw .tooLarge }
        var cents = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        for _ in 0..<(scale + 2) { cents *= 10 }
        self.init(unchecked: cents)
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

    package static func < (left: Money, right: Money) -> Bool { left.cents < right.cents }

    /// The shortest decimal of this value, which is a JSON number: `99.99`, `0.1`, `100`.
    package var description: String {
        let (whole, hundredths) = cents.quotientAndRemainder(dividingBy: 100)
        if hundredths == 0 { return "\(whole)" }
        if hundredths.isMultiple(of: 10) { return "\(whole).\(hundredths / 10)" }
        return hundredths < 10 ? "\(whole).0\(hundredths)" : "\(whole).\(hundredths)"
    }
}
