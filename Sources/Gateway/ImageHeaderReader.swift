/// Reads what a picture is from its first bytes, as they come: JPEG (ITU-T T.81, annex B) and PNG (W3C PNG, third edition).
/// Nothing is decoded. What is refused here the compressor would refuse too.
struct ImageHeaderReader: Sendable {
    /// A JPEG may have big profiles and previews before it says how large it is.
    static let maximumBytes = 1 << 20

    private static let signatures: [(ImageHeader.Format, [UInt8])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF]), (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    ]

    let limits: ImageHeaderLimits
    private var bytes: [UInt8] = []
    private var format: ImageHeader.Format?
    /// How far the segments of a JPEG have been read; each byte is looked at once.
    private var position = 2

    init(limits: ImageHeaderLimits) { self.limits = limits }

    /// Nil as long as more is needed.
    mutating func feed(_ piece: [UInt8]) throws(ImageHeaderFault) -> ImageHeader? {
        bytes += piece
        if format == nil { format = try detect() }
        let header: ImageHeader? =
            switch format {
            case .jpeg: try readJPEG()
            case .png: try readPNG()
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

    private static let tooLong = ImageHeaderFault.invalid("Its header is longer than \(maximumBytes) bytes.")
    private static let wanted = "Send a JPEG or a PNG."

    private func detect() throws(ImageHeaderFault) -> ImageHeader.Format? {
        for (format, signature) in Self.signatures {
            if bytes.starts(with: signature) { return format }
            if signature.starts(with: bytes) { return nil }
        }
        throw .unsupported(Self.wanted)
    }

    // MARK: JPEG

    private mutating func readJPEG() throws(ImageHeaderFault) -> ImageHeader? {
        while position < bytes.count {
            // Anything between segments is skipped, as decoders do; so are fill bytes.
            guard let mark = bytes[position...].firstIndex(of: 0xFF) else {
                position = bytes.count
                return nil
            }
            guard let code = bytes[mark...].firstIndex(where: { $0 != 0xFF }) else {
                position = bytes.count - 1
                return nil
            }
            position = code - 1
            switch bytes[code] {
            case 0x00, 0x01, 0xD0...0xD8:  // no segments
                position = code + 1
            case 0xD9:
                throw .invalid("It ends before its picture.")
            case 0xDA:
                throw .invalid("It has no frame header.")
            case let marker:
                guard bytes.count - code > 2 else { return nil }
                let length = number(at: code + 1, bytes: 2)
                guard length >= 2 else { throw .invalid("Its header has a segment of impossible length.") }
                if Self.isFrame(marker) { return try readFrame(marker, at: code + 1, length: length) }
                position = code + 1 + length
            }
        }
        return nil
    }

    private static func isFrame(_ marker: UInt8) -> Bool {
        (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)  // DHT, JPG, DAC
    }

    private func readFrame(_ marker: UInt8, at start: Int, length: Int) throws(ImageHeaderFault) -> ImageHeader? {
        // Also where one piece has brought it.
        guard start + 8 <= Self.maximumBytes else { throw Self.tooLong }
        guard length >= 8 else { throw .invalid("Its frame header is too short.") }
        guard bytes.count - start >= 8 else { return nil }
        // Baseline, extended, progressive; the last two are the same with arithmetic coding.
        guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker), bytes[start + 2] == 8,
            [1, 3, 4].contains(bytes[start + 7])
        else { throw .unsupported("JPEGs of this kind are not decoded.") }
        return ImageHeader(
            format: .jpeg, width: number(at: start + 5, bytes: 2), height: number(at: start + 3, bytes: 2))
    }

    // MARK: PNG

    /// Length, type, 13 bytes and checksum of IHDR.
    private static let headerEnd = 8 + 25

    private func readPNG() throws(ImageHeaderFault) -> ImageHeader? {
        guard bytes.count >= Self.headerEnd else { return nil }
        guard number(at: 8, bytes: 4) == 13, bytes[12..<16].elementsEqual("IHDR".utf8) else {
            throw .invalid("It does not begin with IHDR.")
        }
        guard Self.checksum(bytes[12..<29]) == number(at: 29, bytes: 4) else {
            throw .invalid("The checksum of its header is wrong.")
        }
        let depths: [UInt8] =
            switch bytes[25] {
            case 0: [1, 2, 4, 8, 16]
            case 3: [1, 2, 4, 8]
            case 2, 4, 6: [8, 16]
            default: []
            }
        guard depths.contains(bytes[24]), bytes[26] == 0, bytes[27] == 0, bytes[28] <= 1 else {
            throw .invalid("Its header has values that PNG does not know.")
        }
        return ImageHeader(format: .png, width: number(at: 16, bytes: 4), height: number(at: 20, bytes: 4))
    }

    /// CRC-32 of PNG's annex D, a bit at a time: it is for 17 bytes.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
        }
        return Int(~value)
    }

    /// Big-endian.
    private func number(at index: Int, bytes count: Int) -> Int {
        bytes[index..<(index + count)].reduce(0) { $0 << 8 | Int($1) }
    }
}
