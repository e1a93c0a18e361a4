/// Parses a `multipart/form-data` body while it arrives (RFC 7578, RFC 2046 section 5.1), in pieces of any size.
///
/// Buffers only a part's header fields, or bytes that may begin a boundary.
package struct FormParser: Sendable {
    package enum Event: Sendable, Equatable {
        /// A part with this name begins, and the part before it ends.
        case part(String)
        /// Bytes of the part.
        case data([UInt8])
        /// The last part ends. The parser ignores what follows.
        case end
    }

    private enum State {
        case preamble
        /// After a boundary, before the rest of its line.
        case boundary
        /// The parser is in a part's header fields, which begin with the end of the boundary's line.
        case fields
        case data
        case epilogue
    }

    /// The maximum size of a part's header fields, in bytes.
    private static let maximumFields = 8 * 1024
    /// The maximum number of spaces after a boundary.
    private static let maximumPadding = 64

    /// The boundary, including the end of the line before it.
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// Bytes that are not parsed yet. It begins with the end of a line, because the first boundary needs no line before
    /// it.
    private var buffer: [UInt8] = [0x0D, 0x0A]

    package init(_ type: HeaderParameters) throws(FormError) {
        guard let boundary = type.parameters["boundary"], Self.isBoundary(boundary) else { throw .boundary }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// RFC 2046 section 5.1.1.
    private static func isBoundary(_ text: String) -> Bool {
        (1...70).contains(text.utf8.count) && text.utf8.last != 0x20
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "'()+_,-./:=? ".utf8.contains(byte)
                }
            }
    }

    /// Parses the next piece of the body and returns the events in it.
    package mutating func feed(_ bytes: [UInt8]) throws(FormError) -> [Event] {
        buffer += bytes
        var events: [Event] = []
        var rest = buffer[...]
        while try step(&rest, &events) {}
        buffer = Array(rest)
        return events
    }

    /// Call it at the end of the body. Throws if the form is incomplete.
    package func finish() throws(FormError) {
        guard case .epilogue = state else { throw .truncated }
    }

    /// Returns false if more bytes are needed.
    private mutating func step(_ rest: inout ArraySlice<UInt8>, _ events: inout [Event]) throws(FormError) -> Bool {
        switch state {
        case .preamble, .data:
            let found = search(rest)
            if case .data = state, found.index > rest.startIndex {
                events.append(.data(Array(rest[..<found.index])))
            }
            rest = rest[(found.isWhole ? found.index + delimiter.count : found.index)...]
            if found.isWhole { state = .boundary }
            return found.isWhole
        case .boundary:
            return try readBoundaryEnd(&rest, &events)
        case .fields:
            return try readFields(&rest, &events)
        case .epilogue:
            rest = []
            return false
        }
    }

    /// Returns the index of the next delimiter, or of bytes that may begin one, or the end index.
    private func search(_ bytes: ArraySlice<UInt8>) -> (index: Int, isWhole: Bool) {
        var rest = bytes
        while let index = rest.firstIndex(of: 0x0D) {
            let candidate = rest[index...].prefix(delimiter.count)
            if delimiter.starts(with: candidate) { return (index, candidate.count == delimiter.count) }
            rest = rest[(index + 1)...]
        }
        return (bytes.endIndex, false)
    }

    private mutating func readBoundaryEnd(
        _ rest: inout ArraySlice<UInt8>, _ events: inout [Event]
    ) throws(FormError) -> Bool {
        guard rest.count >= 2 else { return false }
        if rest.starts(with: "--".utf8) {
            state = .epilogue
            events.append(.end)
            return true
        }
        let line = rest.drop { $0 == 0x20 || $0 == 0x09 }
        let padding = line.startIndex - rest.startIndex
        guard padding <= Self.maximumPadding, line.first ?? 0x0D == 0x0D else { throw .delimiter }
        guard line.count >= 2 else { return false }
        guard line.starts(with: [0x0D, 0x0A]) else { throw .delimiter }
        rest = line
        state = .fields
        return true
    }

    private mutating func readFields(
        _ rest: inout ArraySlice<UInt8>, _ events: inout [Event]
    ) throws(FormError) -> Bool {
        // `rest` begins with the end of the boundary's line, which an empty line follows if the part has no fields.
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        var search = rest.prefix(Self.maximumFields)
        while let index = search.firstIndex(of: 0x0D) {
            search = search[index...]
            if search.starts(with: end) {
                events.append(.part(try Self.name(rest[..<index].dropFirst(2))))
                rest = rest[(index + end.count)...]
                state = .data
                return true
            }
            search = search.dropFirst()
        }
        guard rest.count < Self.maximumFields else { throw .fieldsTooLong }
        return false
    }

    /// Returns the part's name from its `Content-Disposition`. The values of other fields are opaque.
    private static func name(_ fields: ArraySlice<UInt8>) throws(FormError) -> String {
        var name: String?
        var rest = fields
        while !rest.isEmpty {
            let line = rest.removing { $0 != 0x0D }
            rest = rest.dropFirst()  // the end of the line
            guard rest.isEmpty || rest.popFirst() == 0x0A, let colon = line.firstIndex(of: UInt8(ascii: ":")),
                colon > line.startIndex, line[..<colon].allSatisfy(\.isToken), !line.contains(0), !line.contains(0x0A)
            else { throw .fields }
            guard String(decoding: line[..<colon], as: UTF8.self).lowercased() == "content-disposition" else {
                continue
            }
            guard name == nil, let given = PartName.read(line[colon...].dropFirst()) else { throw .unnamed }
            name = given
        }
        guard let name else { throw .unnamed }
        return name
    }
}
