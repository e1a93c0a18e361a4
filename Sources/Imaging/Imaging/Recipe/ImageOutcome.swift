/// The renditions that a worker made of one source, or the reason why it made none.
package struct ImageOutcome: Sendable, Equatable {
    package var source: SourceDescription
    package var result: Result<EncodedImage, CodecFailure>

    package init(source: SourceDescription, result: Result<EncodedImage, CodecFailure>) {
        self.source = source
        self.result = result
    }
}

/// The properties of the bytes of a source.
package struct SourceDescription: Sendable, Equatable {
    /// The format by content: `jpeg`, `png`, `webp`, `html`, … or `unknown`.
    package var format: String
    package var byteCount: UInt64
    /// Lower-case hexadecimal.
    package var sha256: String
    /// The upright size; nil when the headers could not be read or exceed a limit.
    package var size: PixelSize?
    /// Whether it has several frames, of which only the first is used.
    package var isAnimated: Bool
    /// The format that the header or the name declared, where it differs.
    package var contradicts: String?

    package init(
        format: String, byteCount: UInt64, sha256: String, size: PixelSize?, isAnimated: Bool = false,
        contradicts: String? = nil
    ) {
        self.format = format
        self.byteCount = byteCount
        self.sha256 = sha256
        self.size = size
        self.isAnimated = isAnimated
        self.contradicts = contradicts
    }
}

package struct PixelSize: Sendable, Hashable {
    package var width: UInt32
    package var height: UInt32

    package init(width: UInt32, height: UInt32) {
        self.width = width
        self.height = height
    }

    var longerSide: UInt32 { max(self.width, self.height) }
}

/// Everything that is made from one picture.
package struct EncodedImage: Sendable, Equatable {
    /// The renditions that the recipe names, in its order. Two may have the same bytes, because pictures are never
    /// enlarged.
    package var renditions: [EncodedRendition]
    /// The ThumbHash, 5 to 25 bytes (https://evanw.github.io/thumbhash/).
    package var thumbHash: [UInt8]

    package init(renditions: [EncodedRendition], thumbHash: [UInt8]) {
        self.renditions = renditions
        self.thumbHash = thumbHash
    }
}

/// One size of a picture, as a file.
package struct EncodedRendition: Sendable, Equatable {
    /// The name that the recipe gives it.
    package var name: String
    package var bytes: [UInt8]
    /// Lower-case hexadecimal.
    package var sha256: String
    package var encoding: ImageEncoding
    package var size: PixelSize
    package var kept: KeptCandidate

    package init(
        name: String, bytes: [UInt8], sha256: String, encoding: ImageEncoding, size: PixelSize, kept: KeptCandidate
    ) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
        self.encoding = encoding
        self.size = size
        self.kept = kept
    }

    package var contentType: String { self.encoding.contentType }
    package var width: UInt32 { self.size.width }
    package var height: UInt32 { self.size.height }
}

package enum ImageEncoding: String, Sendable, CaseIterable {
    case jpeg
    case png
    case webp

    package var contentType: String { "image/\(self.rawValue)" }

    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        case .webp: "webp"
        }
    }
}

/// The candidate that was kept, and therefore the reason why.
package enum KeptCandidate: String, Sendable, CaseIterable {
    /// Encoded with the recipe's quality: so much smaller than anything lossless that the loss is worth it.
    case encoded
    /// Lossless: nothing lossy is much smaller, or good enough.
    case lossless
    /// Encoded with a palette chosen for the picture: smaller than anything else that is good enough.
    case palette
    /// The source without its metadata: encoding it again would have saved little or nothing.
    case strippedSource = "stripped-source"
    /// Encoded with a lower quality or fewer colours: with the recipe's quality it would be bigger than the source,
    /// which cannot be kept because it is turned, too large or not sRGB.
    case reducedQuality = "reduced-quality"
    /// Also smaller than the recipe's size, for the same reason.
    case reducedSize = "reduced-size"
}
