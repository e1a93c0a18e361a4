import Events

extension CompressedImage {
    /// An answer of the compressor about an image; another `number` gives other words.
    static func sample(_ number: Int) -> CompressedImage {
        let full = ImageRendition.sample(number, ImageRendition.full, width: 2048)
        let isContradicted = number.isMultiple(of: 5)
        let digits = "\(number.magnitude)"
        let digest = String(repeating: "0", count: 64 - digits.count) + digits
        return CompressedImage(
            renditions: number.isMultiple(of: 3) ? [full] : [full, .sample(number, "thumb", width: 320)],
            thumbHash: "1QcSHQ\(number % 10)=", isAnimated: number.isMultiple(of: 7),
            source: .init(
                format: "webp", declaredFormat: isContradicted ? "jpeg" : nil, bytes: 4_194_304, digest: digest))
    }
}

extension ImageRendition {
    fileprivate static func sample(_ number: Int, _ name: String, width: Int) -> ImageRendition {
        ImageRendition(
            name: name, objectKey: "images/\(number)-\(name).jpg", url: "http://s3/images/\(number)-\(name).jpg",
            contentType: "image/jpeg", width: width, height: 1 + number, bytes: 100 * width,
            kept: number.isMultiple(of: 2) ? "encoded" : "stripped-source")
    }
}
