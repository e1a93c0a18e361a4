import Events

extension CompressedImage {
    /// What the compressor would say of an image; other words for another `number`.
    static func sample(_ number: Int) -> CompressedImage {
        CompressedImage(
            objectKey: "images/\(number).jpg", url: "http://s3/images/\(number).jpg", contentType: "image/jpeg",
            width: 2048, height: 1 + number, bytes: 204_800, sourceBytes: 4_194_304, sourceDigest: "ab\(number)",
            kept: number.isMultiple(of: 2) ? "encoded" : "stripped-source")
    }
}
