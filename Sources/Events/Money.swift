/// An exact, non-negative amount with at most two decimals, as `numeric(10,2)` holds it.
package struct Money: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Hundredths.
    package let cents: Int64

    /// 99,999,999.99: eight digits before the point.
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
        var rest = Substring(number)[...]
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        let mantissa = rest.prefix { $0 != "e" && $0 != "E" }
        let exponentText = rest.dropFirst(mantissa.count).dropFirst()
        let parts = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard let whole = parts.first, whole == "0" || !whole.isEmpty && whole.first != "0",
            parts.count == 1 || !fraction.isEmpty, whole.utf8.allSatisfy(Self.isDigit),
            fraction.utf8.allSatisfy(Self.isDigit), mantissa.count == rest.count || Self.isInteger(exponentText)
        else { throw .notANumber }

        // digits × 10^scale, without the zeros at both ends
        var digits = Substring(whole + fraction).drop { $0 == "0" }
        var dropped = 0
        while digits.last == "0" {
            digits.removeLast()
            dropped += 1
        }
        if digits.isEmpty {
            self.init(unchecked: 0)  // zero has no sign and any exponent
            return
        }
        guard !isNegative else { throw .negative }
        let exponent = exponentText.isEmpty ? 0 : Self.exponent(exponentText)
        let scale = exponent - fraction.count + dropped
        guard scale >= -2 else { throw .moreThanTwoDecimals }
        guard digits.count + scale <= 8, var cents = Int64(digits) else { throw .tooLarge }
        for _ in 0..<(scale + 2) { cents *= 10 }
        self.init(unchecked: cents)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isInteger(_ text: Substring) -> Bool {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text
        return !digits.isEmpty && digits.utf8.allSatisfy(isDigit)
    }

    /// Bounded, so that sums with it never overflow; the bound is far beyond the length of any text, and so beyond any
    /// amount, one way or the other.
    private static func exponent(_ text: Substring) -> Int {
        let bound = 1 << 40
        guard let exponent = Int(text) else { return text.first == "-" ? -bound : bound }
        return min(max(exponent, -bound), bound)
    }

    package static func < (left: Money, right: Money) -> Bool { left.cents < right.cents }

    /// The shortest decimal of this value: `99.99`, `0.1`, `100`. A JSON number as it stands.
    package var description: String {
        let (whole, hundredths) = cents.quotientAndRemainder(dividingBy: 100)
        if hundredths == 0 { return "\(whole)" }
        if hundredths.isMultiple(of: 10) { return "\(whole).\(hundredths / 10)" }
        return hundredths < 10 ? "\(whole).0\(hundredths)" : "\(whole).\(hundredths)"
    }
}
