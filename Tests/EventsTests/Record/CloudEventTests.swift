import Events
import SeededRandom
import Testing

@Suite(.timeLimit(.minutes(20)))
struct CloudEventTests {
    private static let full = CloudEvent(
        type: .productCreated, source: "/warelog/gateway", subject: "7",
        metadata: EventMetadata(
            id: EventID("0198c5d2"), time: Timestamp(milliseconds: 1_795_249_800_123), command: CommandID("c-1"),
            expectedVersion: 3, actor: "ada@example.com",
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        data: Array("{}".utf8))

    private static let attributes = full.headers.map(\.name).filter { $0.hasPrefix("ce_") }

    private static func headers(_ event: CloudEvent = full) -> [(name: String, value: [UInt8]?)] {
        event.headers.map { ($0.name, Array($0.value.utf8)) }
    }

    /// The headers of `full` with one of them replaced; nil removes it.
    private static func headers(with name: String, _ value: String?) -> [(name: String, value: [UInt8]?)] {
        headers().filter { $0.name != name } + (value.map { [(name, Array($0.utf8))] } ?? [])
    }

    @Test func headersAreReadBackTheSame() throws {
        #expect(try CloudEvent(headers: Self.headers(), value: Self.full.data) == Self.full)
    }

    @Test func theOrderOfHeadersIsOfNoImportance() throws {
        #expect(try CloudEvent(headers: Self.headers().reversed(), value: Self.full.data) == Self.full)
    }

    @Test func whatAnEventDoesNotHaveIsNotWritten() throws {
        let event = CloudEvent(
            type: .productDeleted, source: "/test", subject: "7",
            metadata: EventMetadata(id: EventID("e"), time: Timestamp(milliseconds: 0)), data: [])
        #expect(
            event.headers.map(\.name) == [
                "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "content-type",
            ])
        #expect(try CloudEvent(headers: Self.headers(event), value: []) == event)
    }

    @Test(
        arguments: [
            Row("no version of the specification", ("ce_specversion", nil), .invalid("ce_specversion", "is not 1.0")),
            Row("another one", ("ce_specversion", "0.3"), .invalid("ce_specversion", "is not 1.0")),
            Row("no type", ("ce_type", nil), .missing("ce_type")),
            Row("an unknown type", ("ce_type", "warelog.X.v1"), .unknownType("warelog.X.v1")),
            Row("no id", ("ce_id", nil), .missing("ce_id")),
            Row("an empty id", ("ce_id", ""), .invalid("ce_id", "is empty or not text")),
            Row("no source", ("ce_source", nil), .missing("ce_source")),
            Row("no subject", ("ce_subject", nil), .missing("ce_subject")),
            Row("no time", ("ce_time", nil), .missing("ce_time")),
            Row(
                "a time in another zone", ("ce_time", "2026-11-21T08:30:00+01:00"),
                .invalid("ce_time", "is not a time in UTC")),
            Row(
                "a version that is no number", ("ce_expectedversion", "three"),
                .invalid("ce_expectedversion", "is not an integer")),
            Row(
                "a version that does not fit", ("ce_expectedversion", "9223372036854775808"),
                .invalid("ce_expectedversion", "is not an integer")),
            Row(
                "an empty version is not an absent one", ("ce_expectedversion", ""),
                .invalid("ce_expectedversion", "is empty or not text")),
            Row(
                "an empty command would be the same as every other", ("ce_commandid", ""),
                .invalid("ce_commandid", "is empty or not text")),
            Row(
                "NUL ends no command early", ("ce_commandid", "c\u{0}1"),
                .invalid("ce_commandid", "is empty or not text")),
            Row(
                "a command that no index can hold", ("ce_commandid", String(repeating: "c", count: 1025)),
                .invalid("ce_commandid", "is longer than 1024 bytes")),
            Row("control characters", ("ce_id", "a\nb"), .invalid("ce_id", "is empty or not text")),
        ] as [Row<(String, String?), EventFault>])
    func aFaultNamesTheHeader(_ row: Row<(String, String?), EventFault>) {
        #expect(throws: row.expected) {
            try CloudEvent(headers: Self.headers(with: row.input.0, row.input.1), value: [])
        }
    }

    @Test(arguments: attributes + ["ce_critical"])
    func anAttributeThatIsNoTextIsNotTakenForAnAbsentOne(_ name: String) {
        for value in [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0x31, 0xFF], nil] as [[UInt8]?] {
            #expect(throws: EventFault.invalid(name, "is empty or not text")) {
                try CloudEvent(headers: Self.headers(with: name, nil) + [(name, value)], value: [])
            }
        }
    }

    @Test(arguments: attributes)
    func anAttributeThatOccursTwiceIsRefused(_ name: String) {
        let twice = Self.headers() + Self.headers().filter { $0.name == name }
        #expect(throws: EventFault.invalid(name, "occurs twice")) { try CloudEvent(headers: twice, value: []) }
    }

    @Test func headersOfOthersAreIgnoredWhateverTheyHold() throws {
        let foreign: [(name: String, value: [UInt8]?)] = [
            ("x", [0xFF]), ("x", [0xFF]), ("y", nil), ("", []), ("ce_futureattribute", Array("1".utf8)),
            ("CE_ID", Array("other".utf8)), ("content-type", [0xFF]), ("tracestate", Array("a=b".utf8)),
        ]
        #expect(try CloudEvent(headers: foreign + Self.headers(), value: Self.full.data) == Self.full)
    }

    @Test func aTraceThatCannotBeReadLosesTheTraceOnly() throws {
        for trace in [[0xFF], [], [0x00], nil] as [[UInt8]?] {
            let headers = Self.headers(with: "traceparent", nil) + [("traceparent", trace)]
            #expect(try CloudEvent(headers: headers, value: []).metadata.traceparent == nil)
        }
        let twice = Self.headers() + [("traceparent", Array("00-other".utf8))]
        #expect(try CloudEvent(headers: twice, value: []).metadata.traceparent == Self.full.metadata.traceparent)
    }

    @Test func anUnknownTypeThatIsMarkedCriticalStopsTheFold() {
        let unknown = Self.headers(with: "ce_type", "warelog.Recall.v1")
        #expect(throws: EventFault.criticalUnknownType("warelog.Recall.v1")) {
            try CloudEvent(headers: unknown + [("ce_critical", Array("true".utf8))], value: [])
        }
        #expect(throws: EventFault.unknownType("warelog.Recall.v1")) {
            try CloudEvent(headers: unknown + [("ce_critical", Array("false".utf8))], value: [])
        }
    }

    @Test func aTombstoneIsAFault() {
        #expect(throws: EventFault.missing("data")) { try CloudEvent(headers: Self.headers(), value: nil) }
    }

    @Test func randomBytesTrapNothing() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let headers = Self.headers().map { header in
                var value = header.value
                if Int.random(in: 0..<4, using: &random) == 0 {
                    let count = Int.random(in: 0..<40, using: &random)
                    value = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                }
                return (name: header.name, value: value)
            }
            do {
                let event = try CloudEvent(headers: headers, value: [])
                #expect(try CloudEvent(headers: Self.headers(event), value: []) == event)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test func identitiesAreShownAsTheirText() {
        #expect("\(EventID("e")) \(CommandID("c")) \(ImageID(askedBy: EventID("e"), at: 3))" == "e c e-3")
    }
}
