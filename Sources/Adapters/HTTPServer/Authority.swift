/// The part of a URL that names a host and perhaps a port, as the Host field has it (RFC 9112 section 3.2).
enum Authority {
    /// Whether `text` is a host that is not empty (RFC 9110 section 4.2.1), optionally with a colon and a port. User
    /// information is not allowed (section 4.2.4).
    static func isValid<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Bool {
        guard let first = text.first else { return false }
        if first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let literal = text[..<end].dropFirst()
            return literal.contains(UInt8(ascii: ":")) && literal.allSatisfy(isInLiteral)
                && isPort(text[end...].dropFirst())
        }
        let host = text.prefix { $0 != UInt8(ascii: ":") }
        return !host.isEmpty && host.allSatisfy(isInName) && isPort(text[host.endIndex...])
    }

    /// Nothing, or a colon and digits, of which there may be none (RFC 3986 section 3.2.3).
    private static func isPort<Text: Collection<UInt8>>(_ text: Text) -> Bool {
        guard let first = text.first else { return true }
        return first == UInt8(ascii: ":") && text.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    /// A character of `reg-name`: unreserved, a sub-delimiter, or part of a percent-encoding.
    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","): true
        case UInt8(ascii: ";"), UInt8(ascii: "="): true
        default: false
        }
    }

    /// A character of an IPv6 address, with its zone perhaps, or of `IPvFuture`.
    private static func isInLiteral(_ byte: UInt8) -> Bool { isInName(byte) || byte == UInt8(ascii: ":") }
}
