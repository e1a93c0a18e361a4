extension IPAddress: LosslessStringConvertible, CustomStringConvertible {
    /// Parses four decimal octets without leading zeros, or an IPv6 address as in RFC 4291 section 2.2. Zones,
    /// brackets, and shortened, octal or hexadecimal forms of IPv4 are refused.
    package init?(_ text: String) {
        var text = text
        let parsed: IPAddress? = text.withUTF8 { bytes in
            if bytes.contains(UInt8(ascii: ":")) { return Self.parseV6(bytes[...]).map(IPAddress.v6) }
            return Self.parseV4(bytes[...]).map(IPAddress.v4)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Dotted decimal for IPv4, the canonical text of RFC 5952 for IPv6.
    package var description: String {
        switch self {
        case .v4: octets.map(String.init).joined(separator: ".")
        case .v6(let bits): Self.text(ofV6: bits)
        }
    }

    private typealias Text = Slice<UnsafeBufferPointer<UInt8>>

    private static func parseV4(_ text: Text) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            guard part.count == 1 || part.first != 0x30 else { return nil }
            let value = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 0x30) }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    private static func parseV6(_ text: Text) -> UInt128? {
        guard text.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        // At most one "::", which a third colon may not follow.
        var gaps: [Int] = []
        for index in text.indices.dropLast() where text[index] == colon && text[index + 1] == colon {
            gaps.append(index)
        }
        guard gaps.count <= 1 else { return nil }
        guard let gap = gaps.first else {
            guard let groups = groups(of: text), groups.count == 8 else { return nil }
            return groups.reduce(0) { $0 << 16 | UInt128($1) }
        }
        let (before, after) = (text[..<gap], text[(gap + 2)...])
        guard before.isEmpty || !before.contains(UInt8(ascii: ".")),
            let head = before.isEmpty ? [] : groups(of: before),
            let tail = after.isEmpty ? [] : groups(of: after),
            head.count + tail.count <= 7
        else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        return (head + zeros + tail).reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The 16-bit groups of a text without "::". The last two may be written as a dotted IPv4 address.
    private static func groups(of text: Text) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 8, omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if part.contains(UInt8(ascii: ".")) {
                guard index == parts.count - 1, let inner = parseV4(part) else { return nil }
                groups += [UInt16(inner >> 16), UInt16(truncatingIfNeeded: inner)]
                continue
            }
            // `UInt16(_:radix:)` would accept a sign.
            guard (1...4).contains(part.count), part.first != UInt8(ascii: "+"), part.first != UInt8(ascii: "-"),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    private static func text(ofV6 bits: UInt128) -> String {
        if bits >> 32 == 0xffff { return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: bits)))" }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
        // RFC 5952 section 4.2: the first longest run of at least two zero groups.
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > longest.count { longest = start..<end }
            start = max(end, start + 1)
        }
        let hex = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        if longest.isEmpty { return hex(groups[...]) }
        return hex(groups[..<longest.lowerBound]) + "::" + hex(groups[longest.upperBound...])
    }
}
