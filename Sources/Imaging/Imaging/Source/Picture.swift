import CImaging

/// A decoded picture: upright, sRGB.
struct Picture: ~Copyable {
    private let picture: OpaquePointer
    let size: PixelSize
    let hasAlpha: Bool
    /// The number of distinct colours; nil when a palette cannot hold them.
    let colourCount: Int?
    /// The share of the pixels that equal their left neighbour: close to 0 in photos, high in drawings.
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

    /// Returns a copy with at most `maxSide` pixels on its longer side.
    func shrunk(to maxSide: UInt32) throws(CodecFailure) -> Picture {
        var smaller: OpaquePointer?
        try checked { img_picture_shrink(self.picture, maxSide, &smaller, &$0) }
        guard let smaller else { throw CodecFailure(.internal, "a picture without an object") }
        return Picture(owning: smaller)
    }

    func thumbHash() throws(CodecFailure) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: Int(IMG_THUMBHASH_BYTES))
        var count = 0
        try checked { img_picture_thumbhash(self.picture, &hash, &count, &$0) }
        return Array(hash.prefix(count))
    }

    func jpeg(quality: UInt8) throws(CodecFailure) -> [UInt8] {
        var options = img_jpeg_options(quality: Int32(quality))
        return try withBuffer { img_encode_jpeg(self.picture, &options, &$0, &$1) }
    }

    /// Encodes with lossy colour and lossless alpha.
    func webp(quality: UInt8) throws(CodecFailure) -> [UInt8] {
        var options = img_webp_options(quality: UInt32(quality), effort: 0)
        return try withBuffer { img_encode_webp(self.picture, &options, &$0, &$1) }
    }

    func losslessWebP() throws(CodecFailure) -> [UInt8] {
        var options = img_webp_options(quality: 0, effort: 2)
        return try withBuffer { img_encode_webp(self.picture, &options, &$0, &$1) }
    }

    /// Returns how different another picture of this size looks: 0 for the same pixels.
    func difference(from other: borrowing Picture) throws(CodecFailure) -> Double {
        var difference = 0.0
        try checked { img_picture_compare(self.picture, other.picture, &difference, &$0) }
        return difference
    }

    /// Encodes without loss, or with at most `colours` colours. Nil when the PNG would be longer than `maxCount` bytes.
    func png(colours: UInt32? = nil, maxCount: Int) throws(CodecFailure) -> [UInt8]? {
        var options = img_png_options(colours: colours ?? 0, max_bytes: UInt64(maxCount))
        let bytes = try withBuffer { img_encode_png(self.picture, &options, &$0, &$1) }
        return bytes.isEmpty ? nil : bytes
    }
}
