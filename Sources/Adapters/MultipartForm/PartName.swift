/// The name of a form's part, from the value of its `Content-Disposition` (RFC 7578 section 4.2).
///
/// Every other parameter is skipped, whatever it holds: nobody needs the name of a file, and clients write it in
/// ISO 8859-1, without quotes and in extended notation (`filename*`).
enum PartName {
    /// Nil if the value has no name or more than one, or is not of a form.
    static func read(_ value: ArraySlice<UInt8>) -> String? {
        var rest = value
        let type = rest.removing { $0 != UInt8(ascii: ";") }.trimmed
        guard String(decoding: type, as: UTF8.self).lowercased() == "form-data" else { return nil }
        var found: [UInt8]?
        while rest.popFirst() != nil {  // the semicolon
            rest = rest.trimmedAtStart
            let parameter = rest.removing { $0.isToken }
            let text = rest.first == UInt8(ascii: "=") ? Self.text(&rest) : nil
            _ = rest.removing { $0 != UInt8(ascii: ";") }
            guard String(decoding: parameter, as: UTF8.self).lowercased() == "name" else { continue }
            guard found == nil, let text else { return nil }
            found = text
        }
        return found.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value after an equals sign: a quoted string, or everything up to the next semicolon.
    private static func text(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        rest.removeFirst()
        if rest.first == UInt8(ascii: "\"") { return HeaderParameters.value(&rest) }
        let text = rest.removing { $0 != UInt8(ascii: ";") }.trimmed
        return text.isEmpty ? nil : Array(text)
    }
}
