/// The `.env` format: a `NAME=value` on each line, with comments, blank lines, `export`, and single and double quotes.
package enum DotEnv {
    package static func parse(_ text: String) throws(InvalidSettings) -> [String: String] {
        var settings: [String: String] = [:]
        var faults: [String] = []
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = trimmed(raw)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = trimmed(line.dropFirst("export ".count)) }
            guard let equals = line.firstIndex(of: "="), isName(line[..<equals]) else {
                faults.append(".env line \(index + 1) is not of the form NAME=value")
                continue
            }
            settings[String(line[..<equals])] = value(trimmed(line[line.index(after: equals)...]))
        }
        guard faults.isEmpty else { throw InvalidSettings(faults: faults) }
        return settings
    }

    private static func value(_ text: Substring) -> String {
        if let quote = text.first, quote == "\"" || quote == "'" {
            if let end = text.dropFirst().firstIndex(of: quote) { return String(text.dropFirst()[..<end]) }
        }
        // A comment after an unquoted value needs white space before it, because passwords may contain a #.
        for index in text.indices where text[index] == "#" && index > text.startIndex {
            if text[text.index(before: index)].isWhitespace { return String(trimmed(text[..<index])) }
        }
        return String(text)
    }

    private static func isName(_ name: Substring) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x5F
            }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
