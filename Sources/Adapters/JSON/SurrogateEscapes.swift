/// Escapes in JSON text that represent one half of a character (RFC 8259 section 7).
enum SurrogateEscapes {
    /// Returns the text with each escape of a lone surrogate, such as `\ud800`, replaced by `\u0000`. Nil if there is
    /// none.
    static func loneOnesMadeNUL(in text: [UInt8]) -> [UInt8]? {
        var repaired = text
        var found = false
        var index = 0
        while let start = text[index...].firstIndex(of: UInt8(ascii: "\\")) {
            guard let unit = codeUnit(of: text, at: start) else {
                index = min(start + 2, text.count)  // another escape, or an incomplete one
                continue
            }
            index = start + 6
            guard (0xD800..<0xE000).contains(unit) else { continue }
            if unit < 0xDC00, let low = codeUnit(of: text, at: index), (0xDC00..<0xE000).contains(low) {
                index += 6
            } else {
                repaired.replaceSubrange((start + 2)..<(start + 6), with: "0000".utf8)
                found = true
            }
        }
        return found ? repaired : nil
    }

    /// The code unit of an escape of the form `\uXXXX`. Nil for any other text.
    private static func codeUnit(of text: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for digit in text[(index + 2)..<(index + 6)] {
            switch digit {
            case 0x30...0x39: unit = unit << 4 | UInt16(digit - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt16(digit - 0x37)
            case 0x61...0x66: unit = unit << 4 | UInt16(digit - 0x57)
            default: return nil
            }
        }
        return unit
    }
}
