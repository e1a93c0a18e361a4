/// Reads what a picture is from its first bytes, as they come. Nothing is decoded. What is refused here the compressor
/// would refuse too, but for AVIF and HEIC: whether these can be decoded depends on the compressor's machine, and an
/// upload that is taken should not fail for that.
struct ImageHeaderReader: Sendable {
    /// A JPEG may have big profiles and previews before it says how large it is.
    static let maximumBytes = 1 << 20

    /// Any byte stands where there is none.
    private static let signatures: [(ImageHeader.Format, [UInt8?])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF]), (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
        (.webp, Array("RIFF".utf8) + [nil, nil, nil, nil] + Array("WEBP".utf8)),
    ]

    let limits: ImageHeaderLimits
    private(set) var bytes: [UInt8] = []
    private var format: ImageHeader.Format?
    /// How far the segments of a JPEG or the blocks of a GIF have been read; each byte is looked at once.
    var position = 0
    /// Within an extension of a GIF, whose end is a block without bytes.
    var isInBlocks = false

    init(limits: ImageHeaderLimits) { self.limits = limits }

    /// Nil as long as more is needed.
    mutating func feed(_ piece: [UInt8]) throws(ImageHeaderFault) -> ImageHeader? {
        bytes += piece
        if format == nil { format = try detect() }
        let header: ImageHeader? =
            switch format {
            case .jpeg: try readJPEG()
            case .png: try readPNG()
            case .gif: try readGIF()
            case .webp: try readWebP()
            case nil: nil
            }
        if let header {
            try limits.check(header)
        } else if bytes.count >= Self.maximumBytes {
            throw Self.tooLong
        }
        return header
    }

    /// All that has been fed, which this does not hold any longer.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// What is wrong with a file that ends before its header does.
    var fault: ImageHeaderFault {
        if bytes.isEmpty { return .invalid("It is empty.") }
        return format == nil ? .unsupported(Self.wanted) : .invalid("It ends in its header.")
    }

    static let tooLong = ImageHeaderFault.invalid("Its header is longer than \(maximumBytes) bytes.")
    private static let wanted = "Send a JPEG, a PNG, a WebP or a GIF."

    private func detect() throws(ImageHeaderFault) -> ImageHeader.Format? {
        for (format, signature) in Self.signatures {
            guard zip(signature, bytes).allSatisfy({ $0 == nil || $0 == $1 }) else { continue }
            return bytes.count < signature.count ? nil : format
        }
        throw .unsupported(Self.wanted)
    }

    /// Big-endian.
    func number(at index: Int, bytes count: Int) -> Int {
        bytes[index..<(index + count)].reduce(0) { $0 << 8 | Int($1) }
    }

    func littleEndian(at index: Int, bytes count: Int) -> Int {
        bytes[index..<(index + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
