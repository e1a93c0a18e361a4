import Base
import Testing

struct ChecksumTests {
    private static func checksum(_ pieces: [UInt8]..., seed: UInt64 = 1) -> [UInt8] {
        var checksum = Checksum(seed: seed)
        for piece in pieces { checksum.add(piece) }
        return checksum.bytes
    }

    @Test func everyChangeOfABitCutOrShiftIsSeen() {
        let bytes = (0..<37).map { UInt8($0 * 7) }
        var seen: Set<[UInt8]> = [Self.checksum(bytes), Self.checksum(bytes, seed: 2), Self.checksum(bytes, [])]
        var changes = 3
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                seen.insert(Self.checksum(changed))
            }
            seen.insert(Self.checksum(Array(bytes[..<index])))
            seen.insert(Self.checksum(Array(bytes[..<index]), Array(bytes[index...])))
            changes += 10
        }
        #expect(seen.count == changes)
    }
}
