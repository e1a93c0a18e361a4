/// Little-endian fields in the order they are written, for the headers of `WorkerProtocol`.
struct FrameWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            self.bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Writes at most `limit` bytes of UTF-8 (the length fits 16 bits) and cuts longer text.
    mutating func write(_ text: String, upTo limit: Int = Int(UInt16.max)) {
        let utf8 = text.utf8.prefix(limit)
        self.write(UInt16(utf8.count))
        self.bytes.append(contentsOf: utf8)
    }
}

struct FrameReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.rest = bytes
    }

    mutating func read<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) throws(FrameError) -> T {
        let count = T.bitWidth / 8
        guard self.rest.count >= count else { throw .malformed("a header is too short") }
        var value: T = 0
        for byte in self.rest.prefix(count).reversed() { value = value << 8 | T(byte) }
        self.rest.removeFirst(count)
        return value
    }

    mutating func readString() throws(FrameError) -> String {
        let count = Int(try self.read(UInt16.self))
        guard self.rest.count >= count else { throw .malformed("a header is too short") }
        defer { self.rest.removeFirst(count) }
        return String(decoding: self.rest.prefix(count), as: UTF8.self)
    }

    mutating func readName<Name: RawRepresentable<String>>(_: Name.Type) throws(FrameError) -> Name {
        guard let name = Name(rawValue: try self.readString()) else { throw .malformed("an unknown name") }
        return name
    }

    func finish() throws(FrameError) {
        guard self.rest.isEmpty else { throw .malformed("a header is too long") }
    }
}

/// The bytes on a worker's pipe are not a frame. The worker must not be used any more.
package enum FrameError: Error, Sendable, Equatable {
    case malformed(String)
    case tooLong(limit: Int, value: Int)
}
