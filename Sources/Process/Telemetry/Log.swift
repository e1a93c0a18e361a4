package import Events
package import JSON

/// Writes a log as one JSON object per line, each with a constant message and fields.
///
/// An `error` needs a person's attention and a `warning` may need it; `info` is one line for a unit of work, and
/// `debug` helps to find a fault. Secrets, bodies and texts of users are never fields.
package struct Log: Sendable {
    package enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    package typealias Fields = KeyValuePairs<StaticString, any LogValue>

    private let service: String
    private let minimum: Level
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void

    /// Calls `write` with each whole line, including its newline, on the thread that logs.
    package init(
        service: String, minimum: Level, now: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.service = service
        self.minimum = minimum
        self.now = now
        self.write = write
    }

    package func debug(_ message: StaticString, _ fields: Fields = [:]) { line(.debug, message, fields) }
    package func info(_ message: StaticString, _ fields: Fields = [:]) { line(.info, message, fields) }
    package func warning(_ message: StaticString, _ fields: Fields = [:]) { line(.warning, message, fields) }
    package func error(_ message: StaticString, _ fields: Fields = [:]) { line(.error, message, fields) }

    private func line(_ level: Level, _ message: StaticString, _ fields: Fields) {
        guard level >= minimum else { return }
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.member("time", now().description)
            json.member("level", level.rawValue)
            json.member("service", service)
            json.member("message", message.description)
            for (key, value) in fields {
                json.key(key)
                value.write(to: &json)
            }
        }
        write(json.bytes + [0x0A])
    }
}

/// A value that can be a field of a log line.
package protocol LogValue: Sendable {
    func write(to json: inout JSONWriter)
}

extension String: LogValue {
    package func write(to json: inout JSONWriter) { json.string(self) }
}

extension Bool: LogValue {
    package func write(to json: inout JSONWriter) { json.boolean(self) }
}

extension Int: LogValue {
    package func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Int32: LogValue {
    package func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Int64: LogValue {
    package func write(to json: inout JSONWriter) { json.integer(self) }
}

extension UInt16: LogValue {
    package func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Identifier: LogValue {
    package func write(to json: inout JSONWriter) { json.integer(value) }
}

extension Array: LogValue where Element: LogValue {
    package func write(to json: inout JSONWriter) { json.array(self) { $1.write(to: &$0) } }
}

extension Optional: LogValue where Wrapped: LogValue {
    package func write(to json: inout JSONWriter) {
        if let self { self.write(to: &json) } else { json.null() }
    }
}

/// A duration is logged in milliseconds with three decimals.
extension Duration: LogValue {
    package func write(to json: inout JSONWriter) {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1000)
        let digits = String(rest.magnitude)
        json.raw("\(whole).\(String(repeating: "0", count: 3 - digits.count))\(digits)")
    }
}
