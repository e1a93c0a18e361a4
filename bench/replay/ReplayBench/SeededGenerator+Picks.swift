import SeededRandom

/// The random choices that the made-up log consists of.
extension SeededGenerator {
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
