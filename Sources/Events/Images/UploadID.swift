/// The name of an uploaded image: a UUID in lower case, given by the gateway that received the upload.
///
/// Among the images of a product it stands in place of an address, as a URN. In the object store it is a key that is
/// not public, because originals tell where they were taken.
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

    /// Nil for a source that is the address of an image.
    package init?(source: String) {
        guard source.hasPrefix(Self.prefix) else { return nil }
        self.init(source.dropFirst(Self.prefix.count))
    }

    package var source: String { Self.prefix + text }
    package var objectKey: String { "uploads/\(text)" }
}
