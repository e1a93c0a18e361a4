extension Timestamp {
    /// Reads a time as RFC 3339 section 5.6 defines it, in any zone and with any number of decimals of the second, of
    /// which three are kept. A leap second becomes the second after it. Nil for any other text.
    package init?(rfc3339 text: some StringProtocol) {
        var bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 256, bytes[10] | 0x20 == UInt8(ascii: "t") else { return nil }
        bytes[10] = UInt8(ascii: "T")
        var offset: Int64 = 0
        if bytes[bytes.count - 1] | 0x20 == UInt8(ascii: "z") {
            bytes.removeLast()
        } else {
            guard let minutes = Self.offset(bytes.suffix(6)) else { return nil }
            offset = minutes
            bytes.removeLast(6)
        }
        guard bytes.count >= 19 else { return nil }
        let decimals = bytes[19...]
        guard decimals.isEmpty || decimals.first == UInt8(ascii: ".") && decimals.count > 1,
            decimals.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let isLeapSecond = bytes[17...18].elementsEqual("60".utf8)
        if isLeapSecond { bytes.replaceSubrange(17...18, with: "59".utf8) }
        guard let time = Timestamp(String(decoding: bytes.prefix(23), as: UTF8.self) + "Z") else { return nil }
        self.init(milliseconds: time.milliseconds - offset * 60_000 + (isLeapSecond ? 1000 : 0))
    }

    /// The minutes of an offset such as `+01:00`.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let sign = [0x2B: 1, 0x2D: -1][bytes[0]] as Int64?,
            let hours = twoDigits(bytes[1...2]), hours < 24, let minutes = twoDigits(bytes[4...5]), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private static func twoDigits(_ digits: ArraySlice<UInt8>) -> Int64? {
        digits.allSatisfy { (0x30...0x39).contains($0) } ? digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) } : nil
    }
}
