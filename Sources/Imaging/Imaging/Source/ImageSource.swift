import CImaging

/// A source picture whose headers have been read and are within the limits. It borrows the bytes it was opened on, so
/// it only exists within the closure of `withImageSource`.
struct ImageSource: ~Copyable {
    private let source: OpaquePointer

    fileprivate init(opening bytes: UnsafeBufferPointer<UInt8>, limits: ImageLimits) throws(CodecFailure) {
        var limits = img_limits(limits)
        var opened: OpaquePointer?
        try checked { img_source_open(bytes.baseAddress, bytes.count, &limits, &opened, &$0) }
        guard let opened else { throw CodecFailure(.internal, "a source without an object") }
        self.source = opened
    }

    deinit { img_source_close(self.source) }

    private var facts: img_source_facts { img_source_describe(self.source) }

    var isJPEG: Bool { self.facts.format == IMG_FORMAT_JPEG }

    /// The encoding of what `strip` returns; nil where the source cannot be stripped.
    var strippedEncoding: ImageEncoding? {
        let facts = self.facts
        guard facts.can_be_stripped else { return nil }
        switch facts.format {
        case IMG_FORMAT_JPEG: return .jpeg
        case IMG_FORMAT_PNG: return .png
        case IMG_FORMAT_WEBP: return .webp
        default: return nil
        }
    }

    /// The size after the orientation is applied.
    var size: PixelSize {
        let facts = self.facts
        let stored = PixelSize(width: facts.width, height: facts.height)
        return facts.orientation >= 5 ? PixelSize(width: stored.height, height: stored.width) : stored
    }

    var isAnimated: Bool { self.facts.animated }

    /// Whether the stored pixels need no change: upright, sRGB and small enough.
    func isReady(maxSide: UInt32) -> Bool {
        let facts = self.facts
        return facts.orientation == 1 && !facts.needs_colour_conversion && max(facts.width, facts.height) <= maxSide
    }

    func decode(maxSide: UInt32) throws(CodecFailure) -> Picture {
        var picture: OpaquePointer?
        try checked { img_source_decode(self.source, maxSide, &picture, &$0) }
        guard let picture else { throw CodecFailure(.internal, "a picture without an object") }
        return Picture(owning: picture)
    }

    /// Whether `requantised` applies: the source keeps its size and becomes upright without decoding its pixels.
    func requantises(maxSide: UInt32) -> Bool { img_source_requantises(self.source, maxSide) }

    /// Encodes a JPEG's coefficients again, upright. They stay unchanged where the source has a lower quality already.
    func requantised(quality: UInt8) throws(CodecFailure) -> (bytes: [UInt8], isLossless: Bool) {
        var options = img_jpeg_options(quality: Int32(quality))
        var isLossless = false
        let bytes = try withBuffer { img_source_requantise(self.source, &options, &$0, &isLossless, &$1) }
        return (bytes, isLossless)
    }

    /// Returns the same pixels without metadata.
    func strip() throws(CodecFailure) -> [UInt8] {
        try withBuffer { img_source_strip(self.source, &$0, &$1) }
    }
}

func withImageSource<R>(
    _ bytes: [UInt8], limits: ImageLimits, _ body: (borrowing ImageSource) throws(CodecFailure) -> R
) throws(CodecFailure) -> R {
    // Array's closure method does not carry the type of an error in Swift 6.0.
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<R, CodecFailure> in
        do throws(CodecFailure) {
            let source = try ImageSource(opening: buffer, limits: limits)
            return .success(try body(source))
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

/// Returns the bytes that a C function wrote, copied out of its buffer.
func withBuffer(
    _ body: (inout img_buffer, inout img_failure) -> img_status
) throws(CodecFailure) -> [UInt8] {
    var buffer = img_buffer()
    defer { img_buffer_free(&buffer) }
    try checked { body(&buffer, &$0) }
    return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
}

extension img_limits {
    init(_ limits: ImageLimits) {
        self.init(
            bytes: limits.bytes, pixels: limits.pixels, side: limits.side, scans: limits.progressiveScans,
            frames: limits.frames, profile_bytes: limits.profileBytes, memory_bytes: limits.decoderMemoryBytes)
    }
}
