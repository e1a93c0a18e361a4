/// Lower-case hexadecimal digits.
package enum Hexadecimal {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digit($0 >> 4), digit($0)] }, as: UTF8.self)
    }

    /// All 16 digits, leading zeros included.
    package static func text(_ value: UInt64) -> String {
        text((0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) })
    }

    /// The ASCII digit of the low four bits.
    package static func digit(_ nibble: UInt8) -> UInt8 {
        let nibble = nibble & 15
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    /// Nil for an odd number of digits and for any other character. Capitals are refused, so that a value has one text.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let codes = Array(text.utf8)
        guard codes.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: codes.count, by: 2) {
            guard let high = value(codes[index]), let low = value(codes[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
