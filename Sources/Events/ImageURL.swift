/// What an image's address must look like before anyone tries it (RFC 3986). Whether its host may be reached is
/// decided when it is connected to, not here.
package enum ImageURL {
    /// What is wrong with `text`, or nil.
    package static func fault(in text: String) -> String? {
        guard text.utf8.count <= ProductField.maximumURLLength else {
            return "must have at most \(ProductField.maximumURLLength) bytes"
        }
        // Visible ASCII; everything else has to be percent-encoded or in punycode.
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must be a URL of visible ASCII characters"
        }
        let scheme = text.prefix { $0 != ":" }
        guard scheme.lowercased() == "http" || scheme.lowercased() == "https",
            text.dropFirst(scheme.count).hasPrefix("://")
        else { return "must be an http or https URL" }
        let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        guard !authority.contains("@") else { return "must not carry credentials" }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
        return host.isEmpty ? "must name a host" : nil
    }
}
