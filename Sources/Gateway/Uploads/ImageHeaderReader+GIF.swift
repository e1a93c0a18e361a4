/// CompuServe's GIF89a: the first frame is the picture, on a screen that viewers widen where it does not fit.
extension ImageHeaderReader {
    private static let screenEnd = 13
    private static let descriptorBytes = 10

    mutating func readGIF() throws(ImageHeaderFault) -> ImageHeader? {
        if position == 0 {
            guard bytes.count >= Self.screenEnd else { return nil }
            let flags = bytes[10]
            position = Self.screenEnd + (flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1))
        }
        while position < bytes.count {
            if isInBlocks {
                isInBlocks = bytes[position] > 0
                position += Int(bytes[position]) + 1
                continue
            }
            switch bytes[position] {
            case 0x2C:
                guard bytes.count - position >= Self.descriptorBytes else { return nil }
                return try frame()
            case 0x21:
                position += 2
                isInBlocks = true
            case 0x3B:
                throw .invalid("It ends before its picture.")
            default:
                throw .invalid("Its header has values that GIF does not know.")
            }
        }
        return nil
    }

    private func frame() throws(ImageHeaderFault) -> ImageHeader {
        let at = position + 1
        let (left, top) = (littleEndian(at: at, bytes: 2), littleEndian(at: at + 2, bytes: 2))
        let (width, height) = (littleEndian(at: at + 4, bytes: 2), littleEndian(at: at + 6, bytes: 2))
        guard width > 0, height > 0 else { throw .invalid("One of its sides has no pixels.") }
        return ImageHeader(
            format: .gif, width: max(littleEndian(at: 6, bytes: 2), left + width),
            height: max(littleEndian(at: 8, bytes: 2), top + height))
    }
}
