extension String {
    /// The greatest average of bytes per character in UTF-8: an emoji of a family of four has 25.
    static var bytesPerCharacter: Int { 32 }

    /// Whether the text has at most so many characters, and not more bytes than such a text may have. The API counts
    /// code points, of which a character has at least one; the log may have events of gateways that counted characters.
    /// Counting them is slow, so it is done only where the bytes leave a doubt.
    func hasAtMost(characters maximum: Int) -> Bool {
        if utf8.count <= maximum { return true }
        return utf8.count <= maximum * Self.bytesPerCharacter && count <= maximum
    }
}
