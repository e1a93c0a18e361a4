import Base

/// The text of an http or https address, split as browsers split it (URL Standard, section 4.4) and written in the
/// characters that RFC 3986 permits. The authority is as it was given.
struct AddressText {
    let scheme: HTTPURL.Scheme
    let authority: String
    /// Path and query.
    let target: String
    let fragment: String?

    init(_ text: String) throws(HTTPClientError) {
        var rest = Self.cleaned(text)[...]
        let name = rest.prefix { $0 != UInt8(ascii: ":") }
        guard name.endIndex < rest.endIndex else { throw .malformedURL }
        guard let scheme = HTTPURL.Scheme(rawValue: String(decoding: name, as: UTF8.self).lowercased()) else {
            throw .unsupportedScheme
        }
        // Browsers take any number of slashes and backslashes for the two that belong here.
        rest = rest[name.endIndex...].dropFirst().drop(while: Self.isSlash)
        let authority = rest.prefix { !Self.isSlash($0) && !"?#".utf8.contains($0) }
        guard !authority.isEmpty, authority.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .malformedURL }
        let path = rest[authority.endIndex...].prefix { !"?#".utf8.contains($0) }
        let query = rest[path.endIndex...].prefix { $0 != UInt8(ascii: "#") }
        let fragment = rest[query.endIndex...]
        self.scheme = scheme
        self.authority = String(decoding: authority, as: UTF8.self)
        target =
            Self.escaped(path.map { Self.isSlash($0) ? UInt8(ascii: "/") : $0 }[...])
            + (query.isEmpty ? "" : "?" + Self.escaped(query.dropFirst(), also: "'"))
        self.fragment = fragment.isEmpty ? nil : Self.escaped(fragment.dropFirst())
    }

    /// The bytes without control characters and spaces at the ends, and without tabs and line ends anywhere.
    private static func cleaned(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8.drop { $0 <= 0x20 })
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        bytes.removeAll { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return bytes
    }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }

    /// Percent-encodes what RFC 3986 does not permit, as well as the characters in `more`. Browsers leave some of it as
    /// it is: `|`, `^`, brackets, and a `%` without two digits behind it.
    private static func escaped(_ bytes: ArraySlice<UInt8>, also more: String = "") -> String {
        var text: [UInt8] = []
        for index in bytes.indices {
            let byte = bytes[index]
            let isPermitted =
                byte == UInt8(ascii: "%")
                ? bytes[(index + 1)...].prefix(2).filter(isHexadecimal).count == 2
                : (0x21...0x7E).contains(byte) && !"\"#<>[\\]^`{|}".utf8.contains(byte) && !more.utf8.contains(byte)
            if isPermitted {
                text.append(byte)
            } else {
                text += "%\(Hexadecimal.text(CollectionOfOne(byte)).uppercased())".utf8
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Unicode.Scalar(byte).properties.isASCIIHexDigit
    }
}
