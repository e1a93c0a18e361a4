/// A request's target (RFC 9112 section 3.2), parsed and decoded.
struct RequestTarget {
    let path: String
    let segments: [String]
    let query: [(name: String, value: String)]

    /// The reason why a target is refused: a constant sentence.
    struct Fault: Error {
        let detail: String
        static let form = Fault(detail: "The request target is neither a path nor an absolute http URL.")
        static let authority = Fault(detail: "The request target names no valid host.")
        static let character = Fault(detail: "The request target holds a character that must be percent-encoded.")
        static let percent = Fault(detail: "The request target holds a malformed percent-encoding.")
        static let utf8 = Fault(detail: "The request target is not UTF-8 after percent-decoding, or holds a NUL.")
    }

    init(_ text: String) throws(Fault) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else { throw .character }
        let target = try Self.originForm(bytes[...])
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        let pathBytes = target[..<(mark ?? target.endIndex)]
        path = String(decoding: pathBytes, as: UTF8.self)
        guard pathBytes.first == UInt8(ascii: "/") else {
            guard path == "*", mark == nil else { throw .form }
            (segments, query) = ([], [])
            return
        }
        segments = pathBytes.count == 1 ? [] : try Self.segments(pathBytes.dropFirst())
        query = try mark.map { index throws(Fault) in try Self.pairs(target[(index + 1)...]) } ?? []
    }

    /// The part of an absolute URL after the authority. Servers must accept absolute URLs too. Any other target is
    /// returned as it is.
    private static func originForm(_ bytes: ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
        if bytes.first == UInt8(ascii: "/") || bytes.elementsEqual([UInt8(ascii: "*")]) { return bytes }
        guard
            let scheme = ["http://", "https://"].first(where: { prefix in
                bytes.count > prefix.utf8.count && zip(prefix.utf8, bytes).allSatisfy { $0 == $1 | 0x20 || $0 == $1 }
            })
        else { throw .form }
        let rest = bytes.dropFirst(scheme.utf8.count)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard Authority.isValid(authority) else { throw .authority }
        let start = authority.endIndex
        guard start < rest.endIndex else { return [UInt8(ascii: "/")] }
        return rest[start] == UInt8(ascii: "/") ? rest[start...] : [UInt8(ascii: "/")] + rest[start...]
    }

    private static func segments(_ path: ArraySlice<UInt8>) throws(Fault) -> [String] {
        var segments: [String] = []
        for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try decode(part, plusIsSpace: false))
        }
        return segments
    }

    private static func pairs(_ query: ArraySlice<UInt8>) throws(Fault) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for part in query.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            pairs.append(
                (
                    name: try decode(part[..<equals], plusIsSpace: true),
                    value: try decode(part[equals...].dropFirst(), plusIsSpace: true)
                ))
        }
        return pairs
    }

    private static func decode(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) throws(Fault) -> String {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(decoding: text, as: UTF8.self)  // the target is ASCII
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                    throw .percent
                }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
            default: decoded.append(byte)
            }
        }
        guard !decoded.contains(0), let string = String(validating: decoded, as: UTF8.self) else { throw .utf8 }
        return string
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
