import Glibc

/// One word of a command. It can hold any bytes.
package enum RedisArgument: Sendable, Equatable {
    case string(String)
    case bytes([UInt8])
    case int(Int64)
}

extension RedisArgument: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
}

extension RedisArgument {
    /// The number of bytes that `write` needs at most.
    var capacity: Int {
        switch self {
        case .string(let string): string.utf8.count
        case .bytes(let bytes): bytes.count
        case .int: 20  // "-9223372036854775808"
        }
    }

    /// Writes the bytes to `target`, which has room for `capacity`. Returns how many there were.
    func write(to target: UnsafeMutableRawPointer) -> Int {
        switch self {
        case .string(var string):
            return string.withUTF8 { copy(UnsafeRawBufferPointer($0), to: target) }
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { copy($0, to: target) }
        case .int(let value):
            return Self.write(value, to: target.assumingMemoryBound(to: UInt8.self))
        }
    }

    private func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
        if let base = source.baseAddress { memcpy(target, base, source.count) }
        return source.count
    }

    private static func write(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        var rest = value.magnitude
        repeat {
            target[count] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            count += 1
        } while rest != 0
        if value < 0 {
            target[count] = UInt8(ascii: "-")
            count += 1
        }
        var digits = UnsafeMutableBufferPointer(start: target, count: count)
        digits.reverse()
        return count
    }
}
