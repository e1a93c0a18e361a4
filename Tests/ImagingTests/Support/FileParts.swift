/// The marker and chunk names in a file, found without its decoder.
enum FileParts {
    /// Marker codes of a JPEG; stops with nil at anything that does not belong there, also after EOI.
    static func markers(ofJPEG bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: [0xff, 0xd8]) else { return nil }
        var found: [UInt8] = [0xd8]
        var at = 2
        while at + 1 < bytes.count {
            guard bytes[at] == 0xff else { return nil }
            let marker = bytes[at + 1]
            found.append(marker)
            at += 2
            if marker == 0xd9 { return at == bytes.count ? found : nil }
            guard at + 1 < bytes.count else { return nil }
            at += Int(bytes[at]) << 8 | Int(bytes[at + 1])
            if marker == 0xda {
                while at + 1 < bytes.count,
                    bytes[at] != 0xff || bytes[at + 1] == 0 || (0xd0...0xd7).contains(bytes[at + 1])
                {
                    at += 1
                }
            }
        }
        return nil
    }

    /// Chunk names of a PNG; nil when it does not end with IEND.
    static func chunks(ofPNG bytes: [UInt8]) -> [String]? {
        var found: [String] = []
        var at = 8
        while at + 12 <= bytes.count {
            let count = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            found.append(String(decoding: bytes[at + 4..<at + 8], as: UTF8.self))
            at += 12 + count
        }
        return at == bytes.count && found.last == "IEND" ? found : nil
    }

    /// Chunk names of a WebP; nil when it does not end where its header says.
    static func chunks(ofWebP bytes: [UInt8]) -> [String]? {
        guard bytes.count >= 12, String(decoding: bytes[8..<12], as: UTF8.self) == "WEBP" else { return nil }
        func size(_ at: Int) -> Int { bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
        guard size(4) + 8 == bytes.count else { return nil }
        var found: [String] = []
        var at = 12
        while at + 8 <= bytes.count {
            found.append(String(decoding: bytes[at..<at + 4], as: UTF8.self))
            at += 8 + size(at + 4) + size(at + 4) % 2
        }
        return at == bytes.count ? found : nil
    }

    /// The PNG with more chunks after its IHDR.
    static func adding(_ chunks: [(name: String, body: [UInt8])], toPNG bytes: [UInt8]) -> [UInt8] {
        let headerEnd = 33
        var added: [UInt8] = []
        for (name, body) in chunks {
            let covered = Array(name.utf8) + body
            added += Self.bigEndian(UInt32(body.count)) + covered + Self.bigEndian(Self.checksum(covered))
        }
        return Array(bytes[..<headerEnd]) + added + Array(bytes[headerEnd...])
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// The CRC-32 of PNG's annex D.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
        }
        return ~value
    }

    /// Whether the file holds pixels and what they need, and nothing else.
    static func isBare(_ bytes: [UInt8]) -> Bool {
        if let markers = self.markers(ofJPEG: bytes) {
            // SOI, JFIF, Adobe (RGB only), tables, frames, scans, EOI.
            let allowed: Set<UInt8> = [0xd8, 0xe0, 0xee, 0xdb, 0xc4, 0xc0, 0xc1, 0xc2, 0xda, 0xd9]
            return allowed.isSuperset(of: markers)
        }
        if let chunks = self.chunks(ofWebP: bytes) {
            return Set(["VP8X", "ALPH", "VP8 ", "VP8L"]).isSuperset(of: chunks)
        }
        guard let chunks = self.chunks(ofPNG: bytes) else { return false }
        return Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]).isSuperset(of: chunks)
    }
}
