/// The name of an image that came by its bytes: a UUID in lower case, given by the gateway that took it.
///
/// Among a product's images it stands where others have their address, as a URN; in the object store it is a key that
/// nobody outside can read, because originals tell where they were taken.
package struct UploadID: Hashable, Sendable {
    package let text: String

    private static let prefix = "urn:warelog:upload:"

    /// Nil for anything but 36 hexadecimal digits and hyphens.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 36,
            text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.text = String(text)
    }

    /// Nil for the source of an image that is somewhere else.
    package init?(source: String) {
        guard source.hasPrefix(Self.prefix) else { return nil }
        self.init(source.dropFirst(Self.prefix.count))
    }

    package var source: String { Self.prefix + text }
    package var objectKey: String { "uploads/\(text)" }
}
