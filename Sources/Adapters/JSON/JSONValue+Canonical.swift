import Base

extension JSONValue {
    /// The value in the canonical form of RFC 8785: white space, the order of members, escapes and the spelling of
    /// numbers make no difference. A number beyond the range of binary floating point keeps its digits.
    package var canonical: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonical(to: &bytes)
        return bytes
    }

    private func appendCanonical(to bytes: inout [UInt8]) {
        switch kind {
        case .null: bytes += "null".utf8
        case .boolean: bytes += (boolean == true ? "true" : "false").utf8
        case .number: bytes += CanonicalNumber.text(number ?? "0").utf8
        case .string: Self.append(string ?? "", to: &bytes)
        case .array:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.appendCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object:
            bytes.append(UInt8(ascii: "{"))
            let members = members.map { (units: Array($0.key.utf16), member: $0) }
                .sorted { $0.units.lexicographicallyPrecedes($1.units) }
            for (index, (_, member)) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8785 section 3.2.2.2: other escapes than those of `JSONWriter`, whose text is stored and stays as it is.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0..<0x20: bytes += "\\u00".utf8 + [Hexadecimal.digit(byte >> 4), Hexadecimal.digit(byte)]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Numbers as ECMAScript writes them (ECMA-262, `Number::toString`), which RFC 8785 section 3.2.2.3 asks for.
enum CanonicalNumber {
    static func text(_ number: String) -> String {
        guard let value = Double(number), value.isFinite else { return number }
        if value == 0 { return "0" }
        // Swift's description has the shortest digits that give the same value, as ECMAScript's has.
        let parts = "\(value.magnitude)".split(separator: "e")
        let decimals = parts[0].split(separator: ".")
        let fraction = decimals.count > 1 && decimals[1] != "0" ? decimals[1] : ""
        let digits = (decimals[0] + fraction).drop { $0 == "0" }
        let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count
        let sign = value < 0 ? "-" : ""
        return sign + text(String(digits), exponent)
    }

    /// The text of `digits` × 10^`exponent`. The digits have no zero at the beginning.
    private static func text(_ padded: String, _ exponentOfPadded: Int) -> String {
        let zeros = padded.reversed().prefix { $0 == "0" }.count
        let digits = padded.dropLast(zeros)
        let exponent = exponentOfPadded + zeros
        let point = digits.count + exponent  // the digits before the decimal point
        switch point {
        case digits.count...21 where exponent >= 0: return digits + String(repeating: "0", count: exponent)
        case 1...21: return "\(digits.prefix(point)).\(digits.dropFirst(point))"
        case -5...0: return "0." + String(repeating: "0", count: -point) + digits
        default:
            let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
            return "\(digits.prefix(1))\(fraction)e\(point > 0 ? "+" : "")\(point - 1)"
        }
    }
}
