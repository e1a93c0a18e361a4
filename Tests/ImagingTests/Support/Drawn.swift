import CImagingTestSupport

/// Pictures the tests draw themselves.
enum Drawn {
    struct JPEG {
        var width = 96
        var height = 64
        var space = DRAW_YCC
        var sampling = (h: 2, v: 2)
        var quality = 90
        var progressive = false
        var arithmetic = false
        var oneComponentAScan = false
        var restartRows = 0
        var orientation = 0
        var icc: [UInt8] = []
        var comment: String?
        var flat: [UInt8]?
        var split = 0

        var bytes: [UInt8] {
            var options = draw_jpeg()
            options.split = UInt32(self.split)
            options.width = UInt32(self.width)
            options.height = UInt32(self.height)
            options.space = self.space
            options.h = Int32(self.space == DRAW_GRAY ? 1 : self.sampling.h)
            options.v = Int32(self.space == DRAW_GRAY ? 1 : self.sampling.v)
            options.quality = Int32(self.quality)
            options.progressive = self.progressive
            options.arithmetic = self.arithmetic
            options.one_component_a_scan = self.oneComponentAScan
            options.restart_rows = Int32(self.restartRows)
            options.orientation = UInt8(self.orientation)
            return withOptional(self.icc) { icc, count in
                options.icc = icc
                options.icc_count = count
                return withOptional(self.flat ?? []) { flat, _ in
                    options.flat = flat
                    return withOptional(self.comment) { comment in
                        options.comment = comment
                        return take(draw_make_jpeg(&options))
                    }
                }
            }
        }
    }

    struct PNG {
        var width = 96
        var height = 64
        var colourType = 2
        var depth = 8
        var interlaced = false
        var transparentEntry = false
        var icc: [UInt8] = []
        var text: String?
        var flat: [UInt8]?
        var flatAreas = false
        var noise = false
        var cutOut = false
        var drawnFirstRow = false

        var bytes: [UInt8] {
            var options = draw_png()
            options.width = UInt32(self.width)
            options.height = UInt32(self.height)
            options.colour_type = Int32(self.colourType)
            options.depth = Int32(self.depth)
            options.interlaced = self.interlaced
            options.transparent_entry = self.transparentEntry
            options.flat_areas = self.flatAreas
            options.noise = self.noise
            options.cut_out = self.cutOut
            options.drawn_first_row = self.drawnFirstRow
            return withOptional(self.icc) { icc, count in
                options.icc = icc
                options.icc_count = count
                return withOptional(self.flat ?? []) { flat, _ in
                    options.flat = flat
                    return withOptional(self.text) { text in
                        options.text = text
                        return take(draw_make_png(&options))
                    }
                }
            }
        }
    }

    /// Whether this machine has libheif with its decoders.
    static let hasHEIF = draw_has_library("libheif.so.1")

    static func profile(_ kind: draw_profile) -> [UInt8] { take(draw_make_profile(kind)) }

    /// RGBA of the smooth drawing.
    static func colour(_ x: Int, _ y: Int, of width: Int, _ height: Int) -> [Int] {
        var rgba = [UInt8](repeating: 0, count: 4)
        draw_colour(UInt32(x), UInt32(y), UInt32(width), UInt32(height), &rgba)
        return rgba.map(Int.init)
    }
}

private func take(_ buffer: draw_buffer) -> [UInt8] {
    var buffer = buffer
    defer { draw_buffer_free(&buffer) }
    return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
}

private func withOptional<R>(_ bytes: [UInt8], _ body: (UnsafePointer<UInt8>?, Int) -> R) -> R {
    bytes.withUnsafeBufferPointer { body(bytes.isEmpty ? nil : $0.baseAddress, $0.count) }
}

private func withOptional<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
