/// The images in the object store that were made of one source.
package struct CompressedImage: Sendable, Equatable {
    /// The renditions in the order of the compressor's settings; one of them is `full`.
    package let renditions: [ImageRendition]
    /// A picture of some 25 bytes to show until a rendition has been loaded: a ThumbHash, in Base64.
    package let thumbHash: String
    /// Whether the source is animated; the renditions are its first frame.
    package let isAnimated: Bool
    package let source: SourceFile

    /// The file that the renditions were made of.
    package struct SourceFile: Sendable, Equatable {
        /// The format of its bytes: `jpeg`, `png`, `webp`.
        package let format: String
        /// The format that its server or its name declared, where that differs.
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

    package init(renditions: [ImageRendition], thumbHash: String, isAnimated: Bool, source: SourceFile) {
        self.renditions = renditions
        self.thumbHash = thumbHash
        self.isAnimated = isAnimated
        self.source = source
    }

    /// The largest rendition, whose address `compressed_product_images` holds.
    package var full: ImageRendition? { renditions.first { $0.name == ImageRendition.full } }
}

/// One size of an image, stored as an object.
package struct ImageRendition: Sendable, Equatable {
    /// The name of the rendition that every image has.
    package static let full = "full"

    package let name: String
    package let objectKey: String
    /// The address at which clients find it.
    package let url: String
    package let contentType: String
    /// The size in pixels, with the picture upright.
    package let width: Int
    package let height: Int
    package let bytes: Int
    /// A stable word for the output that was kept: `encoded`, `stripped-source`.
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
