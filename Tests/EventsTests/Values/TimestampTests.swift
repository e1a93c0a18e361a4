import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct TimestampTests {
    @Test(arguments: [
        Row("the beginning", 0, "1970-01-01T00:00:00.000Z"),
        Row("a millisecond before it", -1, "1969-12-31T23:59:59.999Z"),
        Row("an evening", 1_795_249_800_123, "2026-11-21T08:30:00.123Z"),
        Row("a leap day", 1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        Row("the leap day of a century that has one", 951_782_400_000, "2000-02-29T00:00:00.000Z"),
        Row("the day after February in a century that has none", -2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        Row("the first moment of the range", -62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        Row("the last moment of the range", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func itIsWrittenInUTC(_ row: Row<Int64, String>) {
        let time = Timestamp(milliseconds: row.input)
        #expect(time.description == row.expected)
        #expect(Timestamp(row.expected) == time)
    }

    @Test func everyDayOfTheRangeIsReadBackTheSame() {
        var time: Int64 = -62_167_219_200_000
        var previous = ""
        while time <= 253_402_300_799_999 {
            let text = Timestamp(milliseconds: time).description
            if Timestamp(text)?.milliseconds != time || text <= previous {
                Issue.record("\(text) does not stand for \(time), or not after \(previous)")
            }
            previous = text
            time += 86_400_000 * 29 + 12_345_678  // every 29 days or so: all months, all times of day
        }
    }

    @Test(
        arguments: [
            Row("no decimals", "2026-11-21T08:30:00Z", 0), Row("one decimal", "2026-11-21T08:30:00.5Z", 500),
            Row("two decimals", "2026-11-21T08:30:00.05Z", 50),
            Row("nanoseconds are cut", "2026-11-21T08:30:00.123999999Z", 123),
            Row("as many decimals as there is room for", "2026-11-21T08:30:00.1239999999999999999Z", 123),
        ] as [Row<String, Int64>])
    func decimalsOfTheSecondAreCutAtTheThird(_ row: Row<String, Int64>) {
        #expect(Timestamp(row.input)?.milliseconds == 1_795_249_800_000 + row.expected)
    }

    @Test(arguments: [
        Row("nothing", ""),
        Row("another zone", "2026-11-21T08:30:00.000+01:00"),
        Row("UTC as an offset", "2026-11-21T08:30:00.000+00:00"),
        Row("no zone", "2026-11-21T08:30:00.000"),
        Row("a small zone", "2026-11-21T08:30:00.000z"),
        Row("a space for the T", "2026-11-21 08:30:00.000Z"),
        Row("the 29th of February in a common year", "2026-02-29T00:00:00Z"),
        Row("the 29th of February in a century without", "1900-02-29T00:00:00Z"),
        Row("the 31st of April", "2026-04-31T00:00:00Z"),
        Row("day nought", "2026-04-00T00:00:00Z"),
        Row("month nought", "2026-00-01T00:00:00Z"),
        Row("month 13", "2026-13-01T00:00:00Z"),
        Row("hour 24", "2026-11-21T24:00:00Z"),
        Row("minute 60", "2026-11-21T08:60:00Z"),
        Row("a leap second", "2016-12-31T23:59:60Z"),
        Row("a sign", "-026-11-21T08:30:00Z"),
        Row("a year of five digits", "12026-11-21T08:30:00Z"),
        Row("a point without decimals", "2026-11-21T08:30:00.Z"),
        Row("a comma", "2026-11-21T08:30:00,5Z"),
        Row("a letter among the decimals", "2026-11-21T08:30:00.5xZ"),
        Row("a letter far among the decimals", "2026-11-21T08:30:00.123456789012345678xZ"),
        Row("digits of another script", "٢٠٢٦-11-21T08:30:00Z"),
        Row("a space for a digit", "2026-11-21T 8:30:00Z"),
        Row("no hyphen", "2026:11-21T08:30:00Z"),
        Row("no second hyphen", "2026-11:21T08:30:00Z"),
        Row("no colon", "2026-11-21T08-30:00Z"),
        Row("no second colon", "2026-11-21T08:30-00Z"),
        Row("decimals without end", "2026-11-21T08:30:00." + String(repeating: "0", count: 100_000) + "Z"),
        Row("only the end", "Z"),
        Row("twenty zones", "ZZZZZZZZZZZZZZZZZZZZ"),
    ])
    func whatIsNoTimeInUTCIsNone(_ row: Row<String, Never?>) {
        #expect(Timestamp(row.input) == nil)
    }

    @Test(arguments: [Int64.min, -62_167_219_200_001, 253_402_300_800_000, .max])
    func aTimeBeyondTheRangeTrapsNothing(_ milliseconds: Int64) {
        #expect(!Timestamp(milliseconds: milliseconds).description.isEmpty)
    }

    @Test func timesAreOrdered() {
        #expect(Timestamp(milliseconds: -1) < Timestamp(milliseconds: 0))
    }
}
