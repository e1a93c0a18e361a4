extension IPAddress {
    /// Whether the address may be a host on the public Internet.
    ///
    /// False for addresses that the IANA special-purpose registries (RFC 6890, as of 2025) do not list as globally
    /// reachable, for multicast, and for IPv6 outside the allocated global unicast space. An address that embeds an
    /// IPv4 address (mapped, NAT64, 6to4, Teredo, ISATAP) is treated as the embedded address.
    package var isGloballyRoutable: Bool {
        switch self {
        case .v4:
            if Self.reachableV4.contains(where: { $0.contains(self) }) { return true }
            return !Self.specialV4.contains { $0.contains(self) }
        case .v6(let bits):
            if let embedded = Self.embedded(in: bits) { return embedded.allSatisfy(\.isGloballyRoutable) }
            if Self.reachableV6.contains(where: { $0.contains(self) }) { return true }
            // 2000::/3 is the only range allocated for global unicast.
            return bits >> 125 == 0b001 && !Self.specialV6.contains { $0.contains(self) }
        }
    }

    /// The IPv4 addresses that a transition address embeds. Nil for any other address.
    private static func embedded(in bits: UInt128) -> [IPAddress]? {
        let last = UInt32(truncatingIfNeeded: bits)
        if bits >> 32 == 0xffff { return [.v4(last)] }  // ::ffff:0:0/96, RFC 4291
        if bits >> 32 == 0x64_ff9b << 64 { return [.v4(last)] }  // 64:ff9b::/96, RFC 6052
        if bits >> 112 == 0x2002 { return [.v4(UInt32(truncatingIfNeeded: bits >> 80))] }  // 6to4, RFC 3056
        if bits >> 96 == 0x2001_0000 {  // Teredo, RFC 4380: server, and client with its bits inverted
            return [.v4(UInt32(truncatingIfNeeded: bits >> 64)), .v4(~last)]
        }
        let interface = UInt32(truncatingIfNeeded: bits >> 32)
        // ISATAP, RFC 5214 section 6.1. Addresses outside 2000::/3 are refused anyway.
        if interface & ~0x0200_0000 == 0x5efe, bits >> 125 == 0b001 { return [.v4(last)] }
        return nil
    }

    private static let reachableV4 = blocks(["192.0.0.9/32", "192.0.0.10/32"])

    private static let specialV4 = blocks([
        "0.0.0.0/8",  // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private use
        "100.64.0.0/10",  // carrier-grade NAT
        "127.0.0.0/8",  // loopback
        "169.254.0.0/16",  // link-local, and the clouds' metadata services
        "192.0.0.0/24",  // IETF protocol assignments
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // documentation
        "192.88.99.0/24",  // 6to4 relay anycast, deprecated
        "198.18.0.0/15",  // benchmarking
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, limited broadcast
    ])

    /// Exceptions inside 2001::/23.
    private static let reachableV6 = blocks([
        "2001:1::1/128", "2001:1::2/128", "2001:1::3/128",  // anycast services
        "2001:3::/32",  // AMT
        "2001:4:112::/48",  // AS112
        "2001:20::/28", "2001:30::/28",  // ORCHIDv2, drone remote ids
    ])

    private static let specialV6 = blocks([
        "2001::/23",  // IETF protocol assignments: benchmarking, ORCHID, …
        "2001:db8::/32", "3fff::/20",  // documentation
    ])

    /// Parses the lists above; the tests cover each of their entries.
    private static func blocks(_ text: [String]) -> [CIDRBlock] { text.compactMap(CIDRBlock.init) }
}
