/// What became of one picture.
package struct ImageOutcome: Sendable, Equatable {
    package var source: SourceImage
    package var result: Result<CompressedImage, ImageFailure>

    package init(source: SourceImage, result: Result<CompressedImage, ImageFailure>) {
        self.source = source
        self.result = result
    }
}

/// What the bytes that came in are.
package struct SourceImage: Sendable, Equatable {
    /// By content: `jpeg`, `png`, `webp`, `html`, … or `unknown`.
    package var format: String
    package var byteCount: UInt64
    /// Lower-case hexadecimal.
    package var sha256: String
    /// Upright; nil when the headers could not be read or break a limit.
    package var size: PixelSize?

    package init(format: String, byteCount: UInt64, sha256: String, size: PixelSize?) {
        self.format = format
        self.byteCount = byteCount
        self.sha256 = sha256
        self.size = size
    }
}

package struct PixelSize: Sendable, Hashable {
    package var width: UInt32
    package var height: UInt32

    package init(width: UInt32, height: UInt32) {
        self.width = width
        self.height = height
    }
}

package struct CompressedImage: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Lower-case hexadecimal.
    package var sha256: String
    package var encoding: ImageEncoding
    package var size: PixelSize
    package var kept: KeptCandidate

    package init(
        bytes: [UInt8], sha256: String, encoding: ImageEncoding, size: PixelSize, kept: KeptCandidate
    ) {
        self.bytes = bytes
        self.sha256 = sha256
        self.encoding = encoding
        self.size = size
        self.kept = kept
    }
}

package enum ImageEncoding: String, Sendable, CaseIterable {
    case jpeg
    case png

    package var contentType: String { "image/\(self.rawValue)" }

    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        }
    }
}

/// Which of the possible outputs was kept, and so why.
package enum KeptCandidate: String, Sendable, CaseIterable {
    /// Coded anew as the recipe says: it is smaller than the source by enough to be worth the loss.
    case encoded
    /// The same pixels without metadata: coding them anew would have saved little or nothing.
    case strippedSource = "stripped-source"
    /// Coded at a lower quality or with fewer colours: as the recipe says it would be bigger than the source, which
    /// cannot be kept because it is turned, too large or not sRGB.
    case reducedQuality = "reduced-quality"
    /// Smaller than the recipe's size too, for the same reason.
    case reducedSize = "reduced-size"
}
