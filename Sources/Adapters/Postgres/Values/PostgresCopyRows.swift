/// Rows in the form of `COPY … (FORMAT binary)`: what the server would send for the same values, byte for byte.
///
/// Source: PostgreSQL 17, COPY, "Binary Format", and the `send` functions of the types.
package struct PostgresCopyRows: Sendable {
    /// Goes before the first row: signature, no flags, no extension.
    package static let header: [UInt8] =
        [UInt8]("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0]
    /// Goes behind the last one.
    package static let trailer: [UInt8] = [0xFF, 0xFF]

    /// Of text, in an array.
    private static let textType: Int32 = 25
    /// Milliseconds from 1970 to 2000, where Postgres' time begins.
    private static let postgresEpoch: Int64 = 946_684_800_000

    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }
    package var count: Int { bytes.count }

    /// The rows so far; from here on it is empty, and keeps the memory when `bytes` are not kept.
    package mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    package mutating func beginRow(columns: Int16) { append(columns) }

    package mutating func null() { append(Int32(-1)) }

    package mutating func int(_ value: Int64) {
        append(Int32(8))
        append(value)
    }

    package mutating func int32(_ value: Int32) {
        append(Int32(4))
        append(value)
    }

    package mutating func bool(_ value: Bool) {
        append(Int32(1))
        bytes.append(value ? 1 : 0)
    }

    package mutating func text(_ value: String?) {
        guard let value else { return null() }
        let place = begin()
        bytes.append(contentsOf: value.utf8)
        end(place)
    }

    /// UTF-8, as text or json.
    package mutating func text(utf8 value: [UInt8]?) {
        guard let value else { return null() }
        append(Int32(truncatingIfNeeded: value.count))
        bytes.append(contentsOf: value)
    }

    /// As timestamptz.
    package mutating func time(milliseconds: Int64) { int((milliseconds - Self.postgresEpoch) &* 1000) }

    /// As numeric with two decimals: groups of four decimal digits, without the zero groups at either end.
    package mutating func numeric(hundredths: Int64) {
        // The groups hold ten-thousandths, so that they begin at the point.
        var rest = UInt64(hundredths.magnitude) * 100
        var groups: [UInt16] = []
        while rest > 0 {
            groups.append(UInt16(rest % 10_000))
            rest /= 10_000
        }
        // groups[0] is behind the point.
        let weight = Int16(groups.count - 2)
        let digits = groups.drop { $0 == 0 }
        let place = begin()
        append(Int16(digits.count))
        append(digits.isEmpty ? 0 : weight)
        append(hundredths < 0 ? Int16(0x4000) : 0)
        append(Int16(2))
        for digit in digits.reversed() { append(Int16(bitPattern: digit)) }
        end(place)
    }

    package mutating func textArray(_ values: some Collection<String>) {
        let place = begin()
        append(Int32(values.isEmpty ? 0 : 1))
        append(Int32(0))  // without nulls
        append(Self.textType)
        if !values.isEmpty {
            append(Int32(values.count))
            append(Int32(1))
            for value in values { text(value) }
        }
        end(place)
    }

    // MARK: bytes

    /// The place of a length that is not known yet.
    private mutating func begin() -> Int {
        append(Int32(0))
        return bytes.count
    }

    private mutating func end(_ place: Int) {
        withUnsafeBytes(of: Int32(truncatingIfNeeded: bytes.count - place).bigEndian) { length in
            for index in 0..<4 { bytes[place - 4 + index] = length[index] }
        }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
