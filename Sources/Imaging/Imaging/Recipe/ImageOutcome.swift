/// What became of one picture.
package struct ImageOutcome: Sendable, Equatable {
    package var source: SourceDescription
    package var result: Result<EncodedImage, CodecFailure>

    package init(source: SourceDescription, result: Result<EncodedImage, CodecFailure>) {
        self.source = source
        self.result = result
    }
}

/// What the bytes that came in are.
package struct SourceDescription: Sendable, Equatable {
    /// By content: `jpeg`, `png`, `webp`, `html`, … or `unknown`.
    package var format: String
    package var byteCount: UInt64
    /// Lower-case hexadecimal.
    package var sha256: String
    /// Upright; nil when the headers could not be read or break a limit.
    package var size: PixelSize?
    /// Only the first frame comes out.
    package var isAnimated: Bool
    /// The format that the header or the name announced, where it is another one.
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

/// All that is made of one picture.
package struct EncodedImage: Sendable, Equatable {
    /// As many as the recipe asks for, in its order. Two may hold the same bytes: pictures are never enlarged.
    package var renditions: [EncodedRendition]
    /// 5 to 25 bytes that give a blurred likeness (https://evanw.github.io/thumbhash/).
    package var thumbHash: [UInt8]

    package init(renditions: [EncodedRendition], thumbHash: [UInt8]) {
        self.renditions = renditions
        self.thumbHash = thumbHash
    }
}

/// One file for clients.
package struct EncodedRendition: Sendable, Equatable {
    /// The recipe's.
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

/// Which of the possible outputs was kept, and so why.
package enum KeptCandidate: String, Sendable, CaseIterable {
    /// Coded anew with the recipe's quality: smaller than anything lossless by enough to be worth the loss.
    case encoded
    /// Every pixel of the (resized) picture is as it was: nothing lossy is much smaller, or good enough.
    case lossless
    /// With fewer colours, chosen for the picture: smaller than anything else that is good enough.
    case palette
    /// The same pixels without metadata: coding them anew would have saved little or nothing.
    case strippedSource = "stripped-source"
    /// Coded at a lower quality or with fewer colours: as the recipe says it would be bigger than the source, which
    /// cannot be kept because it is turned, too large or not sRGB.
    case reducedQuality = "reduced-quality"
    /// Smaller than the recipe's size too, for the same reason.
    case reducedSize = "reduced-size"
}
