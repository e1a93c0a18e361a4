/// RFC 9649: sections 2.5 (VP8), 2.6 (VP8L) and 2.7 (VP8X).
extension ImageHeaderReader {
    private static let chunkStart = 12
    private static let dataStart = 20

    func readWebP() throws(ImageHeaderFault) -> ImageHeader? {
        let data = Self.dataStart
        guard bytes.count >= data + 10 else { return try shortWebP() }
        switch String(decoding: bytes[Self.chunkStart..<(Self.chunkStart + 4)], as: UTF8.self) {
        case "VP8X":
            return webp(1 + littleEndian(at: data + 4, bytes: 3), 1 + littleEndian(at: data + 7, bytes: 3))
        case "VP8 ":
            // A key frame, and the code that begins it.
            guard bytes[data] & 1 == 0, bytes[(data + 3)...].starts(with: [0x9D, 0x01, 0x2A]) else {
                throw .invalid("It does not begin with a key frame.")
            }
            return webp(littleEndian(at: data + 6, bytes: 2) & 0x3FFF, littleEndian(at: data + 8, bytes: 2) & 0x3FFF)
        case "VP8L":
            return try readLossless()
        default:
            throw .invalid("It does not begin with a picture.")
        }
    }

    /// A lossless picture may be complete before the others' headers are.
    private func shortWebP() throws(ImageHeaderFault) -> ImageHeader? {
        let isLossless = bytes.count >= Self.dataStart + 5 && bytes[Self.chunkStart...].starts(with: "VP8L".utf8)
        return isLossless ? try readLossless() : nil
    }

    private func readLossless() throws(ImageHeaderFault) -> ImageHeader {
        let sizes = littleEndian(at: Self.dataStart + 1, bytes: 4)
        guard bytes[Self.dataStart] == 0x2F, sizes >> 29 == 0 else {
            throw .invalid("Its header has values that WebP does not know.")
        }
        return webp(1 + sizes & 0x3FFF, 1 + sizes >> 14 & 0x3FFF)
    }

    private func webp(_ width: Int, _ height: Int) -> ImageHeader {
        ImageHeader(format: .webp, width: width, height: height)
    }
}
