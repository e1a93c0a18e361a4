/// The text form of Postgres' one-dimensional arrays, as in "Array Input and Output Syntax" of its manual.
package enum PostgresArray {
    /// `{"a","b\"c",NULL}`: also an element of another array that the statement casts, which is how one parameter
    /// carries an array for each of many rows.
    package static func literal(_ elements: [String?]) -> String {
        var bytes: [UInt8] = []
        append(elements, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ elements: [String?], to bytes: inout [UInt8]) {
        append(elements, to: &bytes) { element, bytes in
            bytes.append(UInt8(ascii: "\""))
            for byte in element.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    static func append<Element>(
        _ elements: [Element?], to bytes: inout [UInt8], _ appendElement: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            if let element { appendElement(element, &bytes) } else { bytes.append(contentsOf: "NULL".utf8) }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// The elements of a literal; nil when it is not a one-dimensional array whose index starts at 1.
    static func parse(_ literal: UnsafeBufferPointer<UInt8>) -> [String?]? {
        var parser = Parser(rest: literal[...])
        return parser.array()
    }

    private struct Parser {
        var rest: Slice<UnsafeBufferPointer<UInt8>>

        mutating func array() -> [String?]? {
            guard take(UInt8(ascii: "{")) else { return nil }
            var elements: [String?] = []
            if take(UInt8(ascii: "}")) { return rest.isEmpty ? elements : nil }
            while true {
                guard let element = element() else { return nil }
                elements.append(element)
                if take(UInt8(ascii: ",")) { continue }
                return take(UInt8(ascii: "}")) && rest.isEmpty ? elements : nil
            }
        }

        /// nil: malformed; `.some(nil)`: NULL.
        private mutating func element() -> String??  {
            if take(UInt8(ascii: "\"")) { return quoted().map { .some($0) } }
            let bare = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "{") }
            rest = rest[bare.endIndex...]
            guard !bare.isEmpty else { return nil }
            let text = String(decoding: bare, as: UTF8.self)
            return .some(text == "NULL" ? nil : text)
        }

        private mutating func quoted() -> String? {
            // Most have no escape: one copy.
            if let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }),
                rest[end] == UInt8(ascii: "\"")
            {
                let text = String(decoding: rest[..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
                return text
            }
            var bytes: [UInt8] = []
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = rest.popFirst() else { return nil }
                    bytes.append(escaped)
                default: bytes.append(byte)
                }
            }
            return nil
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }
    }
}
