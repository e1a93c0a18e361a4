import InternetAddress

/// The form that the address of an image must have before it is fetched (RFC 3986). Whether its host may be reached is
/// decided when the connection is made, not here.
package enum ImageURL {
    /// The fault in `text`; nil when there is none.
    package static func fault(in text: String) -> String? {
        guard text.utf8.count <= ProductField.maximumURLLength else {
            return "must have at most \(ProductField.maximumURLLength) bytes"
        }
        // URLs are visible ASCII; other characters have to be percent-encoded or in punycode.
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must be a URL of visible ASCII characters"
        }
        // URLs have no backslash. Some readers take one for a slash and so disagree about where the host ends.
        guard !text.utf8.contains(UInt8(ascii: "\\")) else { return "must not contain a backslash" }
        let scheme = text.prefix { $0 != ":" }
        guard scheme.lowercased() == "http" || scheme.lowercased() == "https",
            text.dropFirst(scheme.count).hasPrefix("://")
        else { return "must be an http or https URL" }
        let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return "must not carry credentials" }
        let isLiteral = authority.hasPrefix("[")
        let host = isLiteral ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        guard !host.isEmpty else { return "must name a host" }
        var rest = authority[host.endIndex...]
        if isLiteral {
            guard case .v6? = IPAddress(String(host)), rest.popFirst() == "]" else {
                return "must have an IPv6 address in brackets"
            }
        } else {
            guard !host.contains("["), !host.contains("]") else {
                return "must have brackets around an IPv6 address only"
            }
        }
        return rest.isEmpty || isPort(rest) ? nil : "must name its port by number"
    }

    /// Whether `text` is a colon and a number.
    private static func isPort(_ text: Substring) -> Bool {
        let digits = text.dropFirst()
        return text.first == ":" && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(digits) != nil
    }
}
