/// Takes a `multipart/form-data` body apart as it comes (RFC 7578, RFC 2046 section 5.1), whatever pieces it comes in.
///
/// Holds a part's header fields, or the beginning of what may be a boundary, and nothing else.
package struct FormParser: Sendable {
    package enum Event: Sendable, Equatable {
        /// A part of this name begins; the one before it has ended.
        case part(String)
        /// Bytes of the part.
        case data([UInt8])
        /// The last part has ended. What follows is nobody's.
        case end
    }

    private enum State {
        case preamble
        /// A boundary has been read, not yet what follows it on its line.
        case boundary
        /// From the line's end of the boundary on.
        case fields
        case data
        case epilogue
    }

    /// Bytes of one part's header fields.
    private static let maximumFields = 8 * 1024
    /// Spaces behind a boundary.
    private static let maximumPadding = 64

    /// With the end of the line before it.
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// What is not known yet. The first boundary needs no line before it.
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

    /// What the next piece of the body tells.
    package mutating func feed(_ bytes: [UInt8]) throws(FormError) -> [Event] {
        buffer += bytes
        var events: [Event] = []
        var rest = buffer[...]
        while try step(&rest, &events) {}
        buffer = Array(rest)
        return events
    }

    /// The body has ended; throws when the form has not.
    package func finish() throws(FormError) {
        guard case .epilogue = state else { throw .truncated }
    }

    /// False when more has to come first.
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

    /// Where the next delimiter is, or where the beginning of one may be; the end when neither is there.
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
        // `rest` begins with the end of the boundary's line: a part without any field has an empty line after it.
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

    /// The part's name, as its `Content-Disposition` has it.
    private static func name(_ fields: ArraySlice<UInt8>) throws(FormError) -> String {
        guard let text = String(validating: fields, as: UTF8.self) else { throw .fields }
        var name: String?
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), line.startIndex < colon,
                line[..<colon].utf8.allSatisfy(\.isToken),
                !line.utf8.contains(where: { $0 == 0 || $0 == 0x0D || $0 == 0x0A })
            else { throw .fields }
            guard line[..<colon].lowercased() == "content-disposition" else { continue }
            guard name == nil, let disposition = HeaderParameters(line[colon...].dropFirst()),
                disposition.essence == "form-data", let given = disposition.parameters["name"]
            else { throw .unnamed }
            name = given
        }
        guard let name else { throw .unnamed }
        return name
    }
}
