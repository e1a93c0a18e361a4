import Events

/// A bound of a filter by price: any number, rounded to the hundredths that select the same prices.
struct PriceBound: Sendable, Equatable, CustomStringConvertible {
    /// The bound in hundredths, clamped to the range from one less than the lowest price to one more than the highest.
    private let hundredths: Int64

    private static let limits = -1...(Money.maximum.cents + 1)

    /// At least 1.001 is at least 1.01.
    init(atLeast number: Decimal) { self.init(number, roundsUp: true) }

    /// At most 1.009 is at most 1.00.
    init(atMost number: Decimal) { self.init(number, roundsUp: false) }

    private init(_ number: Decimal, roundsUp: Bool) {
        let (count, isExact) = number.hundredths(atMost: Self.limits.upperBound)
        let isRounded = !isExact && roundsUp != number.isNegative
        let size = isRounded ? count + 1 : count
        hundredths = min(max(number.isNegative ? -size : size, Self.limits.lowerBound), Self.limits.upperBound)
    }

    /// A decimal with two places, as Postgres reads it.
    var description: String {
        let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
        return "\(hundredths < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
