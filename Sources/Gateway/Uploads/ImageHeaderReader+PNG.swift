/// W3C PNG, third edition.
extension ImageHeaderReader {
    /// Length, type, 13 bytes and checksum of IHDR.
    private static let headerEnd = 8 + 25

    func readPNG() throws(ImageHeaderFault) -> ImageHeader? {
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
}
