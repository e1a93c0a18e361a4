/// An IPv4 or IPv6 address, without a port and without a zone.
package enum IPAddress: Hashable, Sendable {
    /// The four octets, most significant first.
    case v4(UInt32)
    /// The sixteen octets, most significant first.
    case v6(UInt128)
}

extension IPAddress {
    /// Reads the address from a `sockaddr_in` or `sockaddr_in6` of Linux. Nil for another family or too few bytes.
    package init?(socketAddress bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8 else { return nil }
        switch bytes.loadUnaligned(as: UInt16.self) {
        case 2:  // AF_INET: family, port, address
            self = .v4(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case 10 where bytes.count >= 24:  // AF_INET6: family, port, flow information, address
            self = .v6(UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt128.self)))
        default:
            return nil
        }
    }

    /// The 4 or 16 octets in network order.
    package var octets: [UInt8] {
        switch self {
        case .v4(let bits): (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) }
        case .v6(let bits): (0..<16).map { UInt8(truncatingIfNeeded: bits >> (120 - 8 * $0)) }
        }
    }

    /// The IPv4 address of an IPv4-mapped IPv6 address (`::ffff:0:0/96`, RFC 4291 section 2.5.5.2), or the address
    /// itself.
    package var unmapped: IPAddress {
        guard case .v6(let bits) = self, bits >> 32 == 0xffff else { return self }
        return .v4(UInt32(truncatingIfNeeded: bits))
    }
}
