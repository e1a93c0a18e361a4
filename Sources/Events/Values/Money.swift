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
        guard let decimal = Decimal(number) else { throw .notANumber }
        guard !decimal.isNegative else { throw .negative }
        let (hundredths, isExact) = decimal.hundredths(atMost: Self.maximum.cents + 1)
        guard isExact else { throw .moreThanTwoDecimals }
        try self.init(cents: hundredths)
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
