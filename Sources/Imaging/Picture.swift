internal import CImaging

/// A decoded picture: upright, sRGB.
struct Picture: ~Copyable {
    private let picture: OpaquePointer
    let size: PixelSize
    let hasAlpha: Bool
    /// Distinct colours; nil when there are more than a palette holds.
    let colourCount: Int?
    /// The share of the pixels that equal their left neighbour: about nothing in photos, most in drawings.
    let flatness: Double

    init(owning picture: OpaquePointer) {
        let facts = img_picture_describe(picture)
        self.picture = picture
        self.size = PixelSize(width: facts.width, height: facts.height)
        self.hasAlpha = facts.alpha
        self.colourCount = facts.colours <= 256 ? Int(facts.colours) : nil
        self.flatness = Double(facts.flat_permille) / 1000
    }

    deinit { img_picture_free(self.picture) }

    func jpeg(quality: UInt8) throws(ImageFailure) -> [UInt8] {
        var options = img_jpeg_options(quality: Int32(quality))
        return try withBuffer { img_encode_jpeg(self.picture, &options, &$0, &$1) }
    }

    /// Lossless, or with at most `colours` colours; nil when it would be longer than `maxCount` bytes.
    func png(colours: UInt32? = nil, maxCount: Int) throws(ImageFailure) -> [UInt8]? {
        var options = img_png_options(colours: colours ?? 0, max_bytes: UInt64(maxCount))
        let bytes = try withBuffer { img_encode_png(self.picture, &options, &$0, &$1) }
        return bytes.isEmpty ? nil : bytes
    }
}
