/// The text and binary forms of Postgres' one-dimensional arrays.
package enum PostgresArray {
    /// The text form, as in "Array Input and Output Syntax" of its manual: `{"a","b\"c",NULL}`. It can be an element of
    /// another array, which the statement casts: that is how one parameter carries an array for each of many rows.
    package static func literal(_ elements: [String?]) -> String {
        var text = "{"
        for element in elements {
            if text.utf8.count > 1 { text += "," }
            guard let element else {
                text += "NULL"
                continue
            }
            text += "\""
            if element.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                text += element.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            } else {
                text += element
            }
            text += "\""
        }
        return text + "}"
    }

    /// The binary form, as `array_recv` reads it: the number of dimensions, whether there are nulls, the elements'
    /// type, their number, the first index, and then each element after its length. `appendElement` writes the length
    /// too.
    static func append<Element>(
        _ elements: [Element?], of type: UInt32, to bytes: inout [UInt8],
        _ appendElement: (Element, inout [UInt8]) -> Void
    ) {
        append(Int32(elements.isEmpty ? 0 : 1), to: &bytes)
        append(Int32(elements.contains { $0 == nil } ? 1 : 0), to: &bytes)
        append(type, to: &bytes)
        guard !elements.isEmpty else { return }
        append(Int32(truncatingIfNeeded: elements.count), to: &bytes)
        append(Int32(1), to: &bytes)
        for element in elements {
            if let element { appendElement(element, &bytes) } else { append(Int32(-1), to: &bytes) }
        }
    }

    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The elements of a literal; nil when it is not a one-dimensional array whose first index is 1.
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

        /// Nil if it is malformed; `.some(nil)` for NULL.
        private mutating func element() -> String?? {
            if take(UInt8(ascii: "\"")) { return quoted().map { .some($0) } }
            let bare = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "{") }
            rest = rest[bare.endIndex...]
            guard !bare.isEmpty else { return nil }
            let text = String(decoding: bare, as: UTF8.self)
            return .some(text == "NULL" ? nil : text)
        }

        private mutating func quoted() -> String? {
            // Most elements have no escape, and take one copy.
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
