import Events
import SeededRandom
import Testing

@Suite(.timeLimit(.minutes(20)))
struct MoneyTests {
    @Test(arguments: [
        Row("two decimals", "99.99", 9999),
        Row("one decimal", "0.1", 10),
        Row("no decimals", "7", 700),
        Row("nought", "0", 0),
        Row("nought has no sign", "-0", 0),
        Row("nor with decimals", "-0.00", 0),
        Row("nought has any number of decimals", "0.0000", 0),
        Row("nought has any exponent", "0e999999999999999999999", 0),
        Row("an exponent", "1e2", 10_000),
        Row("an exponent with a sign", "1E+2", 10_000),
        Row("a negative exponent", "1E-2", 1),
        Row("an exponent with zeros in front", "1e0002", 10_000),
        Row("an exponent moves the point of decimals", "1.2345e2", 12_345),
        Row("zeros at the end are no decimals", "9.990", 999),
        Row("zeros at the end and an exponent cancel out", "12300e-4", 123),
        Row("many zeros and their exponent cancel out", "0." + String(repeating: "0", count: 5000) + "1e5001", 100),
        Row("a cent", "0.01", 1),
        Row("the greatest", "99999999.99", 9_999_999_999),
        Row("the greatest whole number", "99999999", 9_999_999_900),
        Row("the greatest with an exponent", "9999999999e-2", 9_999_999_999),
    ])
    func aNumberIsReadByItsValue(_ row: Row<String, Int64>) throws {
        #expect(try Money(row.input).cents == row.expected)
    }

    @Test(
        arguments: [
            Row("a third decimal", "9.999", .moreThanTwoDecimals),
            Row("a third decimal by exponent", "1e-3", .moreThanTwoDecimals),
            Row("a number next to nothing", "1e-400", .moreThanTwoDecimals),
            Row("a third decimal of what is too large as well", "100000000.001", .moreThanTwoDecimals),
            Row("less than nothing", "-1", .negative),
            Row("a negative number next to nothing", "-1e-400", .negative),
            Row("a negative number beyond all", "-1e400", .negative),
            Row("one cent too many is refused, not clipped", "100000000", .tooLarge),
            Row("too large by its decimals", "99999999.990e1", .tooLarge),
            Row("a number beyond binary floating point", "1e400", .tooLarge),
            Row("digits beyond any integer", String(repeating: "9", count: 100_000), .tooLarge),
            Row("the greatest exponent of a machine", "1e9223372036854775807", .tooLarge),
            Row("and a zero more", "10e9223372036854775807", .tooLarge),
            Row("the least exponent of a machine", "1e-9223372036854775808", .moreThanTwoDecimals),
            Row("and a decimal more", "1.5e-9223372036854775808", .moreThanTwoDecimals),
            Row("an exponent beyond the machine", "1e99999999999999999999", .tooLarge),
            Row("an exponent beyond the machine downwards", "1e-99999999999999999999", .moreThanTwoDecimals),
            Row("an exponent as long as a book", "1e" + String(repeating: "9", count: 100_000), .tooLarge),
        ] as [Row<String, Money.Fault>])
    func whatIsNoAmountIsRefusedNeverRounded(_ row: Row<String, Money.Fault>) {
        #expect(throws: row.expected) { try Money(row.input) }
    }

    @Test(arguments: [
        "", "-", "+1", "--1", ".", "1.", ".5", "1.e2", "1e", "1e+", "1e-", "1e1.5", "1e1e1", "e1", "1..2", "1.2.3",
        " 1",
        "1 ", "1,5", "1_000", "0x10", "NaN", "Infinity", "-Infinity", "nil", "01", "-01", "00", "００", "١٢", "1٫5",
        "1.٥",
        "½", "1\u{301}", "1e\u{301}2", "1\u{0}", "1\n", "99.99€", "−1", "1e−2",
    ])
    func whatIsNoJSONNumberIsNoAmount(_ text: String) {
        #expect(throws: Money.Fault.notANumber) { try Money(text) }
    }

    @Test(
        arguments: [
            Row("two decimals", 9999, "99.99"), Row("one decimal", 10, "0.1"), Row("no decimals", 10_000, "100"),
            Row("a zero after the point", 101, "1.01"), Row("a cent", 1, "0.01"), Row("nought", 0, "0"),
            Row("the greatest", 9_999_999_999, "99999999.99"),
        ] as [Row<Int64, String>])
    func itIsWrittenAsTheShortestDecimal(_ row: Row<Int64, String>) throws {
        let money = try Money(cents: row.input)
        #expect(money.description == row.expected)
        #expect(try Money(money.description) == money)
    }

    @Test func whatIsWrittenIsReadBackTheSame() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let money = try Money(cents: Int64.random(in: 0...Money.maximum.cents, using: &random))
            #expect(try Money(money.description) == money)
        }
    }

    @Test func centsHaveARange() throws {
        #expect(throws: Money.Fault.negative) { try Money(cents: -1) }
        #expect(throws: Money.Fault.negative) { try Money(cents: .min) }
        #expect(throws: Money.Fault.tooLarge) { try Money(cents: Money.maximum.cents + 1) }
        #expect(throws: Money.Fault.tooLarge) { try Money(cents: .max) }
        #expect(try Money(cents: Money.maximum.cents) == .maximum)
    }

    @Test func amountsAreOrderedByValue() throws {
        #expect(try Money("9.99") < Money("10"))
        #expect(try !(Money("10.0") < Money("1e1")))
    }
}
