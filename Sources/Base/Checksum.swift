/// A checksum that detects bytes which were cut or damaged by accident. It does not protect against attackers.
///
/// It multiplies and folds eight bytes at a time, as FNV-1a does with one, because it is computed for every cached
/// answer.
package struct Checksum: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed ^ 0xcbf2_9ce4_8422_2325 }

    /// Adds `bytes` and their number.
    package mutating func add(_ bytes: [UInt8]) {
        var index = 0
        while index + 8 <= bytes.count {
            var word: UInt64 = 0
            for offset in 0..<8 { word |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
            mix(word)
            index += 8
        }
        var rest: UInt64 = 0
        while index < bytes.count {
            rest = rest << 8 | UInt64(bytes[index])
            index += 1
        }
        mix(rest)
        mix(UInt64(bytes.count))
    }

    private mutating func mix(_ word: UInt64) {
        state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
        state ^= state >> 29
    }

    /// The checksum of all bytes so far: eight bytes.
    package var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: state >> UInt64(8 * $0)) } }
}
