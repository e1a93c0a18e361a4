import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct RFC3339Tests {
    @Test(
        arguments: [
            Row("UTC", "2026-11-21T08:30:00Z", 0), Row("small letters", "2026-11-21t08:30:00z", 0),
            Row("a zone in the east", "2026-11-21T09:30:00+01:00", 0),
            Row("a zone in the west, the day before", "2026-11-20T23:00:00-09:30", 0),
            Row("an unknown zone", "2026-11-21T08:30:00-00:00", 0),
            Row("a decimal", "2026-11-21T08:30:00.5Z", 500),
            Row("many decimals", "2026-11-21T09:30:00.0019999999999999999999999999999+01:00", 1),
            Row("a leap second", "2026-11-21T08:29:60Z", 0),
            Row("a leap second's half", "2026-11-21T08:29:60.5Z", 500),
        ] as [Row<String, Int64>])
    func everyZoneIsRead(_ row: Row<String, Int64>) {
        #expect(Timestamp(rfc3339: row.input)?.milliseconds == 1_795_249_800_000 + row.expected)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T08:30Z", "2026-11-21T08:30:00", "2026-11-21 08:30:00Z",
        "2026-11-21T08:30:00 01:00",
        "2026-11-21T08:30:00+0100", "2026-11-21T08:30:00+24:00", "2026-11-21T08:30:00+01:60", "2026-11-21T08:30:00+01",
        "2026-11-21T08:30:00.Z", "2026-11-21T08:30:00,5Z", "2026-11-21T08:30:00.5", "2026-02-30T08:30:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T08:30:61Z", "2026-11-21T08:30:00.1x9999Z", "2026-11-21T08:30:00ZZ",
        "2026-11-21T08:30:00+01:00Z", "+026-11-21T08:30:00Z", "1795249800", "+00:00+00:00+00:00+00:00",
    ])
    func whatIsNoTimeIsRefused(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }
}
