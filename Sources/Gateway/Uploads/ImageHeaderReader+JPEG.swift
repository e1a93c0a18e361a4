/// ITU-T T.81, annex B.
extension ImageHeaderReader {
    mutating func readJPEG() throws(ImageHeaderFault) -> ImageHeader? {
        position = max(position, 2)
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
}
