/// The value of a header field with parameters, such as `form-data; name="image"`.
package struct HeaderParameters: Sendable, Equatable {
    /// The part before the parameters, in lower case.
    package let essence: String
    /// The parameters by name. The names are in lower case.
    package let parameters: [String: String]

    /// Nil if the text is malformed or has a parameter twice.
    package init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        essence = Self.essence(&rest)
        guard !essence.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        while !rest.isEmpty {
            rest = rest.dropFirst().trimmedAtStart  // the semicolon
            if rest.isEmpty || rest.first == UInt8(ascii: ";") { continue }
            let name = rest.removing { $0.isToken }
            guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "="), let value = Self.value(&rest) else { return nil }
            rest = rest.trimmedAtStart
            guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { return nil }
            let old = parameters.updateValue(
                String(decoding: value, as: UTF8.self), forKey: String(decoding: name, as: UTF8.self).lowercased())
            guard old == nil else { return nil }
        }
        self.parameters = parameters
    }

    /// The part before the parameters of any text, in lower case.
    package static func essence(of text: some StringProtocol) -> String {
        var rest = Array(text.utf8)[...]
        return essence(&rest)
    }

    private static func essence(_ rest: inout ArraySlice<UInt8>) -> String {
        String(decoding: rest.removing { $0 != UInt8(ascii: ";") }.trimmed, as: UTF8.self).lowercased()
    }

    /// Parses a value without quotes, or a quoted string, whose quotes it removes. A backslash escapes only a quote or
    /// another backslash, because browsers send file names with backslashes.
    ///
    /// A value without quotes should be a token. Clients leave the quotes out of boundaries with `=`, `/` or `:` and of
    /// file names with spaces, so it is everything before the next semicolon.
    static func value(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.first == UInt8(ascii: "\"") else {
            let value = rest.removing { $0 != UInt8(ascii: ";") }.trimmed
            return value.isEmpty || value.contains(UInt8(ascii: "\"")) ? nil : Array(value)
        }
        rest.removeFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return value
            case UInt8(ascii: "\\") where rest.first == UInt8(ascii: "\"") || rest.first == UInt8(ascii: "\\"):
                value.append(rest.removeFirst())
            default: value.append(byte)
            }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// Removes the longest prefix whose bytes satisfy `condition`, and returns it.
    mutating func removing(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = prefix(while: condition)
        self = self[taken.endIndex...]
        return taken
    }

    var trimmedAtStart: ArraySlice<UInt8> { drop { $0 == 0x20 || $0 == 0x09 } }

    /// The bytes without spaces and tabs at both ends.
    var trimmed: ArraySlice<UInt8> {
        var text = trimmedAtStart
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return text
    }
}

extension UInt8 {
    /// Whether the byte may be part of a token (RFC 9110 section 5.6.2).
    var isToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
