/// An image in the object store: what was made of one source.
package struct CompressedImage: Sendable, Equatable {
    /// In the order of the compressor's settings; one of them is `full`.
    package let renditions: [ImageRendition]
    /// A picture of some 25 bytes to show until one of the renditions is there: a ThumbHash, in Base64.
    package let thumbHash: String
    /// Whether the source moves; the renditions are its first frame.
    package let isAnimated: Bool
    package let source: Source

    /// What the renditions were made of.
    package struct Source: Sendable, Equatable {
        /// What its bytes are: `jpeg`, `png`, `webp`.
        package let format: String
        /// What it was said to be, where that is something else.
        package let declaredFormat: String?
        package let bytes: Int
        /// SHA-256, hexadecimal.
        package let digest: String

        package init(format: String, declaredFormat: String?, bytes: Int, digest: String) {
            self.format = format
            self.declaredFormat = declaredFormat
            self.bytes = bytes
            self.digest = digest
        }
    }

    package init(renditions: [ImageRendition], thumbHash: String, isAnimated: Bool, source: Source) {
        self.renditions = renditions
        self.thumbHash = thumbHash
        self.isAnimated = isAnimated
        self.source = source
    }

    /// The largest one, which `compressed_product_images` holds.
    package var full: ImageRendition? { renditions.first { $0.name == ImageRendition.full } }
}

/// One size of an image, as an object.
package struct ImageRendition: Sendable, Equatable {
    /// The name of the rendition that every image has.
    package static let full = "full"

    package let name: String
    package let objectKey: String
    /// Where clients find it.
    package let url: String
    package let contentType: String
    /// Pixels, upright.
    package let width: Int
    package let height: Int
    package let bytes: Int
    /// Which of the possible outputs was kept, a stable word: `encoded`, `stripped-source`.
    package let kept: String

    package init(
        name: String, objectKey: String, url: String, contentType: String, width: Int, height: Int, bytes: Int,
        kept: String
    ) {
        self.name = name
        self.objectKey = objectKey
        self.url = url
        self.contentType = contentType
        self.width = width
        self.height = height
        self.bytes = bytes
        self.kept = kept
    }
}
