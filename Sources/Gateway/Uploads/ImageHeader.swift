/// What a picture is, as its first bytes say.
struct ImageHeader: Equatable, Sendable {
    enum Format: String, Sendable, CaseIterable {
        case jpeg = "image/jpeg"
        case png = "image/png"
        case webp = "image/webp"
        case gif = "image/gif"
    }

    let format: Format
    /// Pixels, as they are stored: not turned upright.
    let width: Int
    let height: Int
}

/// Why a picture is not taken. The texts are constant, or hold numbers only.
enum ImageHeaderFault: Error, Equatable {
    /// Bytes of another kind, or a kind of JPEG that is not decoded.
    case unsupported(String)
    case invalid(String)
}

/// What a picture may have at most: the compressor's own limits.
struct ImageHeaderLimits: Equatable, Sendable {
    static let maximumSide = 30_000

    let pixels: Int

    func check(_ header: ImageHeader) throws(ImageHeaderFault) {
        guard header.width > 0, header.height > 0 else { throw .invalid("One of its sides has no pixels.") }
        guard max(header.width, header.height) <= Self.maximumSide else {
            throw .invalid("It has more than \(Self.maximumSide) pixels on a side.")
        }
        guard header.width * header.height <= pixels else { throw .invalid("It has more than \(pixels) pixels.") }
    }
}
