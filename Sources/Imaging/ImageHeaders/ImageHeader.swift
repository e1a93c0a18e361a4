/// The format and size of a picture, as its first bytes state them.
package struct ImageHeader: Equatable, Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case jpeg = "image/jpeg"
        case png = "image/png"
        case webp = "image/webp"
        case gif = "image/gif"
        case avif = "image/avif"
        case heic = "image/heic"
    }

    package let format: Format
    /// The stored size in pixels: the EXIF orientation is not applied.
    package let width: Int
    package let height: Int

    package init(format: Format, width: Int, height: Int) {
        self.format = format
        self.width = width
        self.height = height
    }
}

/// The reason why a picture is refused by its header. The texts are sentences for clients and contain no bytes of the
/// picture.
package enum ImageHeaderFault: Error, Equatable {
    /// The bytes are of another format, or use a feature that is not decoded.
    case unsupported(String)
    case invalid(String)
}

/// The largest picture that is accepted.
package struct ImageHeaderLimits: Equatable, Sendable {
    /// The longest side in pixels.
    package static let side: UInt32 = 30_000

    package let pixels: Int

    package init(pixels: Int) { self.pixels = pixels }
}
