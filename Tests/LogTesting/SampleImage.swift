import Events

extension CompressedImage {
    /// What the compressor would say of an image; other words for another `number`.
    static func sample(_ number: Int) -> CompressedImage {
        CompressedImage(
            renditions: [
                .sample("full", number, kept: number.isMultiple(of: 2) ? "encoded" : "stripped-source"),
                .sample("thumb", number, kept: "encoded"),
            ],
            thumbHash: "hash\(number)", isAnimated: number.isMultiple(of: 7),
            source: .init(
                format: "jpeg", declaredFormat: number.isMultiple(of: 5) ? "png" : nil, bytes: 4_194_304,
                digest: "ab\(number)"))
    }
}

extension ImageRendition {
    fileprivate static func sample(_ name: String, _ number: Int, kept: String) -> ImageRendition {
        let key = "images/\(number)-\(name).jpg"
        return ImageRendition(
            name: name, objectKey: key, url: "http://s3/\(key)", contentType: "image/jpeg", width: 2048,
            height: 1 + number, bytes: 204_800, kept: kept)
    }
}
