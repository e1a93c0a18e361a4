import CYYJSON
import Glibc

/// A value of a `JSONDocument`.
package struct JSONValue: Sendable {
    package enum Kind: Sendable { case null, boolean, number, string, array, object }

    private let document: JSONDocument
    private let address: UInt  // of a yyjson_val, which lives as long as the document

    init(document: JSONDocument, raw: UnsafeMutablePointer<yyjson_val>?) {
        self.document = document
        address = UInt(bitPattern: raw)
    }

    private var raw: UnsafeMutablePointer<yyjson_val>? { UnsafeMutablePointer(bitPattern: address) }

    package var kind: Kind {
        switch yyjson_get_type(raw) {
        case yyjson_type(YYJSON_TYPE_BOOL): .boolean
        case yyjson_type(YYJSON_TYPE_RAW), yyjson_type(YYJSON_TYPE_NUM): .number
        case yyjson_type(YYJSON_TYPE_STR): .string
        case yyjson_type(YYJSON_TYPE_ARR): .array
        case yyjson_type(YYJSON_TYPE_OBJ): .object
        default: .null
        }
    }

    package var isNull: Bool { yyjson_is_null(raw) }
    package var boolean: Bool? { yyjson_is_bool(raw) ? yyjson_get_bool(raw) : nil }

    package var string: String? {
        guard let text = yyjson_get_str(raw) else { return nil }
        return Self.text(text, yyjson_get_len(raw))
    }

    /// A number's digits as they are written in the text.
    package var number: String? {
        guard let text = yyjson_get_raw(raw) else { return nil }
        return Self.text(text, yyjson_get_len(raw))
    }

    /// The value of a number that is written as an integer and fits.
    package var integer: Int64? {
        guard let text = yyjson_get_raw(raw) else { return nil }
        let isNegative = text.pointee == 0x2D
        var value: Int64 = 0
        for index in (isNegative ? 1 : 0)..<yyjson_get_len(raw) {
            // The parser accepted the number, so another character than a digit is a decimal point or an exponent.
            guard (0x30...0x39).contains(text[index]) else { return nil }
            let digit = Int64(text[index] - 0x30)
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (next, overflows) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
            guard !overflowed, !overflows else { return nil }
            value = next
        }
        return value
    }

    /// Whether this is a string that contains a NUL, which many programs take for its end.
    package var containsNUL: Bool {
        guard let text = yyjson_get_str(raw) else { return false }
        return memchr(text, 0, yyjson_get_len(raw)) != nil
    }

    /// The object's member named `key`. Nil if there is none or this is not an object.
    package subscript(key: String) -> JSONValue? {
        var key = key
        let found = key.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { yyjson_obj_getn(raw, $0.baseAddress, $0.count) }
        }
        return found.map { JSONValue(document: document, raw: $0) }
    }

    /// The object's members in the order of the text. Empty if this is not an object.
    package var members: [(key: String, value: JSONValue)] {
        var members: [(key: String, value: JSONValue)] = []
        members.reserveCapacity(yyjson_obj_size(raw))
        var iterator = yyjson_obj_iter()
        guard yyjson_obj_iter_init(raw, &iterator) else { return [] }
        while let key = yyjson_obj_iter_next(&iterator) {
            members.append(
                (
                    Self.text(yyjson_get_str(key), yyjson_get_len(key)),
                    JSONValue(document: document, raw: yyjson_obj_iter_get_val(key))
                ))
        }
        return members
    }

    /// The array's elements. Empty if this is not an array.
    package var elements: [JSONValue] {
        var elements: [JSONValue] = []
        elements.reserveCapacity(yyjson_arr_size(raw))
        var iterator = yyjson_arr_iter()
        guard yyjson_arr_iter_init(raw, &iterator) else { return [] }
        while let element = yyjson_arr_iter_next(&iterator) {
            elements.append(JSONValue(document: document, raw: element))
        }
        return elements
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        guard let start else { return "" }
        return String(
            decoding: UnsafeRawBufferPointer(start: start, count: count).bindMemory(to: UInt8.self), as: UTF8.self)
    }
}
