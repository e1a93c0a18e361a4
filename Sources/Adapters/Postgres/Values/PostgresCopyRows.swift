/// Rows in the form of `COPY … (FORMAT binary)`: byte for byte what the server would send for the same values.
///
/// Source: PostgreSQL 17, COPY, "Binary Format", and the `send` functions of the types.
package struct PostgresCopyRows: Sendable {
    /// The bytes before the first row: the signature, no flags, no extension.
    package static let header: [UInt8] =
        [UInt8]("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0]
    /// The bytes after the last row.
    package static let trailer: [UInt8] = [0xFF, 0xFF]

    /// The object id of the type text, for arrays.
    private static let textType: Int32 = 25
    /// The milliseconds from 1970 to 2000, where Postgres' time begins.
    private static let postgresEpoch: Int64 = 946_684_800_000

    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }
    package var count: Int { bytes.count }

    /// Takes the rows so far. The memory is reused if the caller does not keep the bytes.
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

    /// Appends UTF-8 for a column of type text or json.
    package mutating func text(utf8 value: [UInt8]?) {
        guard let value else { return null() }
        append(Int32(truncatingIfNeeded: value.count))
        bytes.append(contentsOf: value)
    }

    /// Appends a timestamptz.
    package mutating func time(milliseconds: Int64) { int((milliseconds - Self.postgresEpoch) &* 1000) }

    /// Appends a numeric with two decimals: groups of four decimal digits, without the zero groups at either end.
    package mutating func numeric(hundredths: Int64) {
        // The value in ten-thousandths, so that a group ends at the decimal point.
        var rest = UInt64(hundredths.magnitude) * 100
        var groups: [UInt16] = []
        while rest > 0 {
            groups.append(UInt16(rest % 10_000))
            rest /= 10_000
        }
        // groups[0] is the one after the decimal point.
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

    /// Leaves room for a length that is not known yet. Returns the index behind it.
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
