/// The same numbers for the same seed, on every machine: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom
/// number generators", 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func pick<Element>(from elements: [Element]) -> Element { elements[pick(elements.count)] }
    mutating func chance(_ percent: Int) -> Bool { pick(100) < percent }

    /// `count` hexadecimal digits.
    mutating func hex(_ count: Int) -> String {
        String(unsafeUninitializedCapacity: count) { digits in
            var bits: UInt64 = 0
            for index in 0..<count {
                if index.isMultiple(of: 16) { bits = next() }
                digits[index] = Self.digits[Int(bits & 15)]
                bits >>= 4
            }
            return count
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// A UUID of this version.
    mutating func uuid(_ version: Int) -> String {
        "\(hex(8))-\(hex(4))-\(version)\(hex(3))-a\(hex(3))-\(hex(12))"
    }
}
