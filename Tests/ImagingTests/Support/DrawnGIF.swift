extension Drawn {
    /// Frames of palette indices. The palette has 2 to 256 entries.
    struct GIF {
        struct Frame {
            var x = 0
            var y = 0
            var width: Int
            var height: Int
            var pixels: [UInt8]
            var isInterlaced = false
            var transparent: UInt8?
        }

        var width: Int
        var height: Int
        var palette: [[UInt8]]
        var frames: [Frame]
        var comment: String?

        /// One frame of bands and single pixels in 256 colours, enough of them to fill the code table more than once.
        init(width: Int = 101, height: Int = 67, isInterlaced: Bool = false, transparent: UInt8? = nil) {
            self.width = width
            self.height = height
            self.palette = []
            for i: UInt8 in 0...255 { self.palette.append([i, 255 - i, i &* 7]) }
            self.frames = [
                Frame(
                    width: width, height: height, pixels: Self.pixels(width, height), isInterlaced: isInterlaced,
                    transparent: transparent)
            ]
        }

        static func pixels(_ width: Int, _ height: Int) -> [UInt8] {
            var pixels: [UInt8] = []
            for y in 0..<height {
                for x in 0..<width {
                    let value: Int = y % 16 < 5 ? y * 3 : x * x + y * 31 + x * y
                    pixels.append(UInt8(truncatingIfNeeded: value))
                }
            }
            return pixels
        }

        var bytes: [UInt8] {
            var bits = 1
            while 1 << bits < self.palette.count { bits += 1 }
            var out: [UInt8] = Array("GIF89a".utf8)
            out += Self.le16(self.width)
            out += Self.le16(self.height)
            out += [0x80 | UInt8(bits - 1), 0, 0]
            for entry in 0..<1 << bits { out += entry < self.palette.count ? self.palette[entry] : [0, 0, 0] }
            if let comment {
                out += [0x21, 0xfe]
                out += Self.blocks(Array(comment.utf8))
            }
            for frame in self.frames {
                let flag: UInt8 = frame.transparent == nil ? 0 : 1
                out += [0x21, 0xf9, 4, flag, 10, 0, frame.transparent ?? 0, 0, 0x2c]
                for value in [frame.x, frame.y, frame.width, frame.height] { out += Self.le16(value) }
                out.append(frame.isInterlaced ? 0x40 : 0)
                out.append(UInt8(max(2, bits)))
                out += Self.blocks(Self.lzw(Self.ordered(frame), codeLength: max(2, bits)))
            }
            out.append(0x3b)
            return out
        }

        private static func le16(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }

        private static func ordered(_ frame: Frame) -> [UInt8] {
            guard frame.isInterlaced else { return frame.pixels }
            var ordered: [UInt8] = []
            for (first, step) in [(0, 8), (4, 8), (2, 4), (1, 2)] {
                for row in stride(from: first, to: frame.height, by: step) {
                    ordered += frame.pixels[row * frame.width..<(row + 1) * frame.width]
                }
            }
            return ordered
        }

        private static func blocks(_ bytes: [UInt8]) -> [UInt8] {
            var out: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: 255) {
                let block = bytes[start..<min(start + 255, bytes.count)]
                out.append(UInt8(block.count))
                out += block
            }
            out.append(0)
            return out
        }

        private static func lzw(_ pixels: [UInt8], codeLength: Int) -> [UInt8] {
            let clear = 1 << codeLength
            let end = clear + 1
            var table: [Int: Int] = [:]
            var (next, width) = (clear + 2, codeLength + 1)
            var out: [UInt8] = []
            var (held, count) = (0, 0)
            func put(_ code: Int) {
                held |= code << count
                count += width
                while count >= 8 {
                    out.append(UInt8(held & 255))
                    held >>= 8
                    count -= 8
                }
            }
            put(clear)
            var last = Int(pixels[0])
            for pixel in pixels.dropFirst() {
                let key = last << 8 | Int(pixel)
                if let code = table[key] {
                    last = code
                    continue
                }
                put(last)
                last = Int(pixel)
                if next == 4096 {
                    put(clear)
                    (table, next, width) = ([:], clear + 2, codeLength + 1)
                } else {
                    table[key] = next
                    if next == 1 << width { width += 1 }
                    next += 1
                }
            }
            put(last)
            put(end)
            if count > 0 { out.append(UInt8(held & 255)) }
            return out
        }
    }
}
