import Base

/// Writes JSON text without white space, with members in the order of the calls.
///
/// Foundation's encoder would not do: the same state must always give the same bytes, and no tree has to be built
/// first.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// Writes an object with the members that `body` writes.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    package mutating func array<Elements: Sequence>(
        _ elements: Elements, _ body: (inout JSONWriter, Elements.Element) -> Void
    ) {
        begin()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        for element in elements { body(&self, element) }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    package mutating func key(_ key: StaticString) {
        begin()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func key(_ key: String) {
        string(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ value: String) {
        begin()
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { append(escaping: $0) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Appends runs of bytes that need no escape at once.
    private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in text.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            append(escaping: byte)
            start = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }

    package mutating func integer(_ value: some BinaryInteger) { raw(String(value)) }
    package mutating func boolean(_ value: Bool) { raw(value ? "true" : "false") }
    package mutating func null() { raw("null") }

    /// Writes a text that is JSON already, such as a number's digits or a stored document.
    package mutating func raw(_ json: String) {
        begin()
        bytes.append(contentsOf: json.utf8)
        needsComma = true
    }

    package mutating func raw(_ json: [UInt8]) {
        begin()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    private mutating func begin() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20, 0x7F:
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(Hexadecimal.digit(byte >> 4))
            bytes.append(Hexadecimal.digit(byte))
        default: bytes.append(byte)
        }
    }
}

extension JSONWriter {
    package mutating func member(_ key: StaticString, _ value: String) { self.key(key); string(value) }
    package mutating func member(_ key: StaticString, _ value: some BinaryInteger) { self.key(key); integer(value) }
    package mutating func member(_ key: StaticString, _ value: Bool) { self.key(key); boolean(value) }

    /// Writes a member that is a string or null.
    package mutating func member(_ key: StaticString, _ value: String?) {
        self.key(key)
        if let value { string(value) } else { null() }
    }

    /// Returns the bytes of an object.
    package static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(body)
        return writer.bytes
    }

    /// Returns the text of an object.
    package static func text(_ body: (inout JSONWriter) -> Void) -> String {
        String(decoding: object(body), as: UTF8.self)
    }
}
