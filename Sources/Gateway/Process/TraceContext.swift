import Base

/// The trace that a request belongs to (W3C Trace Context, level 1).
struct TraceContext: Sendable {
    /// The trace id: 32 hexadecimal digits.
    let traceID: String
    /// The `traceparent` of everything that this request causes.
    let traceparent: String

    /// Continues the caller's trace if `header` is a valid `traceparent`; otherwise starts a new one.
    init(_ header: String?) {
        let span = Hexadecimal.text(UInt64.random(in: 1 ... .max))
        if let parts = header?.split(separator: "-", omittingEmptySubsequences: false), parts.count == 4,
            parts[0] == "00", Self.isHex(parts[1], 32), Self.isHex(parts[2], 16), Self.isHex(parts[3], 2)
        {
            traceID = String(parts[1])
            traceparent = "00-\(traceID)-\(span)-\(parts[3])"
        } else {
            traceID = Hexadecimal.text(UInt64.random(in: 1 ... .max)) + Hexadecimal.text(UInt64.random(in: 0 ... .max))
            traceparent = "00-\(traceID)-\(span)-01"
        }
    }

    /// Whether `text` consists of `count` lower-case hexadecimal digits that are not all zero.
    private static func isHex(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && (count == 2 || text.utf8.contains { $0 != 0x30 })
    }
}
