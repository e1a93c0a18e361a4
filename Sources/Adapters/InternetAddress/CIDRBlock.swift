/// A range of addresses: a base address and the length of the prefix that all addresses in the range share.
package struct CIDRBlock: Hashable, Sendable {
    package let base: IPAddress
    package let prefixLength: Int

    /// Nil if the length is out of range for the family, or `base` has bits set after the prefix.
    package init?(base: IPAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
        switch base {
        case .v4(let bits):
            guard (0...32).contains(prefixLength), bits & ~Self.mask(prefixLength) == 0 else { return nil }
        case .v6(let bits):
            guard (0...128).contains(prefixLength), bits & ~Self.mask(prefixLength) == 0 else { return nil }
        }
    }

    /// Whether the address is in the range. An IPv4-mapped IPv6 address counts as its IPv4 address.
    package func contains(_ address: IPAddress) -> Bool {
        if case .v6(let base) = base, case .v6(let bits) = address, bits & Self.mask(prefixLength) == base {
            return true
        }
        guard case .v4(let base) = base, case .v4(let bits) = address.unmapped else { return false }
        return bits & Self.mask(prefixLength) == base
    }

    /// The `length` most significant bits.
    private static func mask<Bits: FixedWidthInteger>(_ length: Int) -> Bits {
        length == 0 ? 0 : ~Bits(0) << (Bits.bitWidth - length)
    }
}

extension CIDRBlock: LosslessStringConvertible, CustomStringConvertible {
    /// Parses `address/length`, or an address alone for the range of only that address.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(base: base, prefixLength: base.octets.count * 8)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(parts[1])
        else { return nil }
        self.init(base: base, prefixLength: length)
    }

    package var description: String { "\(base)/\(prefixLength)" }
}
