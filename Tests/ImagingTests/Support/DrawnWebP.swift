import CImagingTestSupport

extension Drawn {
    /// The smooth drawing, with its own alpha or opaque.
    struct WebP {
        var width = 96
        var height = 64
        var isLossless = false
        var hasAlpha = false
        /// Chunks that need the extended container.
        var icc: [UInt8] = []
        var orientation: UInt8 = 0
        /// More than one: an animation of the same frame.
        var frames = 1
        /// Where the frame is on a larger picture.
        var offset = 0

        var bytes: [UInt8] {
            let plain = draw_make_webp(UInt32(self.width), UInt32(self.height), self.isLossless, self.hasAlpha)
            defer {
                var plain = plain
                draw_buffer_free(&plain)
            }
            let whole = Array(UnsafeBufferPointer(start: plain.bytes, count: plain.count))
            guard !self.icc.isEmpty || self.orientation > 0 || self.frames > 1 || self.offset > 0 else { return whole }
            // The pixels' chunks, without the plain container and without its `VP8X`.
            let hasHeader = String(decoding: whole[12..<16], as: UTF8.self) == "VP8X"
            let pixels = Array(whole[(hasHeader ? 30 : 12)...])
            let isAnimation = self.frames > 1 || self.offset > 0
            var flags: UInt8 = self.hasAlpha ? 0x10 : 0
            if !self.icc.isEmpty { flags |= 0x20 }
            if self.orientation > 0 { flags |= 0x08 }
            if isAnimation { flags |= 0x02 }
            let (canvasWidth, canvasHeight) = (self.width + 2 * self.offset, self.height + 2 * self.offset)
            var header: [UInt8] = [flags, 0, 0, 0]
            header += Self.le24(canvasWidth - 1)
            header += Self.le24(canvasHeight - 1)
            var body = Self.chunk("VP8X", header)
            if !self.icc.isEmpty { body += Self.chunk("ICCP", self.icc) }
            if isAnimation {
                body += Self.chunk("ANIM", [0, 0, 0, 0, 0, 0])
                var frame: [UInt8] = []
                for value in [self.offset / 2, self.offset / 2, self.width - 1, self.height - 1] {
                    frame += Self.le24(value)
                }
                frame += [100, 0, 0, 0]
                frame += pixels
                for _ in 0..<self.frames { body += Self.chunk("ANMF", frame) }
            } else {
                body += pixels
            }
            if self.orientation > 0 {
                let exif: [UInt8] = [
                    0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, self.orientation, 0, 0, 0, 0, 0, 0,
                ]
                body += Self.chunk("EXIF", exif)
            }
            return Self.chunk("RIFF", Array("WEBP".utf8) + body)
        }

        private static func le24(_ value: Int) -> [UInt8] { Array(Self.le32(value).prefix(3)) }

        private static func le32(_ value: Int) -> [UInt8] {
            withUnsafeBytes(of: UInt32(value).littleEndian) { Array($0) }
        }

        private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
            var chunk = Array(name.utf8)
            chunk += Self.le32(body.count)
            chunk += body
            if body.count % 2 == 1 { chunk.append(0) }
            return chunk
        }
    }
}
