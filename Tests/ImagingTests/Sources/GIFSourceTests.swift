import Testing

@testable import Imaging

@Suite struct GIFSourceTests {
    private func pixels(_ gif: Drawn.GIF) throws -> Pixels {
        // What is lossless shows every pixel.
        try Pixels(Self.lossless(gif.bytes))
    }

    static func lossless(_ bytes: [UInt8]) throws -> [UInt8] {
        try withImageSource(bytes, limits: ImageLimits()) { source throws(CodecFailure) in
            try source.decode(maxSide: 5000).png(maxCount: .max) ?? []
        }
    }

    @Test(arguments: [false, true], [(101, 67), (1, 1), (3, 2), (640, 9), (7, 500)])
    func everyPixelComesOutAsItIs(isInterlaced: Bool, size: (Int, Int)) throws {
        let gif = Drawn.GIF(width: size.0, height: size.1, isInterlaced: isInterlaced)
        let found = try self.pixels(gif)
        #expect((found.width, found.height) == size)
        let difference = found.meanDifference(channels: 4) { x, y in
            gif.palette[Int(gif.frames[0].pixels[y * size.0 + x])].map(Int.init) + [255]
        }
        #expect(difference == 0)
    }

    @Test(arguments: 2...256)
    func palettesOfAllLengthsAreRead(count: Int) throws {
        guard count < 10 || count % 17 == 0 || count == 256 else { return }
        var gif = Drawn.GIF(width: 40, height: 30)
        gif.palette = Array(gif.palette.prefix(count))
        gif.frames[0].pixels = gif.frames[0].pixels.map { UInt8(Int($0) % count) }
        let found = try self.pixels(gif)
        let difference = found.meanDifference { x, y in
            gif.palette[Int(gif.frames[0].pixels[y * 40 + x])].map(Int.init)
        }
        #expect(difference == 0)
    }

    @Test func whatIsNotPaintedIsTransparent() throws {
        var gif = Drawn.GIF(width: 20, height: 16)
        gif.frames[0] = .init(x: 5, y: 4, width: 10, height: 8, pixels: Drawn.GIF.pixels(10, 8), transparent: 3)
        gif.frames[0].pixels[0] = 3
        let found = try self.pixels(gif)
        #expect(found[0, 0] == [0, 0, 0, 0])
        #expect(found[5, 4] == [0, 0, 0, 0])
        #expect(found[6, 4][3] == 255)
        #expect(found[14, 11][3] == 255)
        #expect(found[15, 11][3] == 0)
    }

    @Test func aFrameLargerThanTheScreenWidensIt() throws {
        var gif = Drawn.GIF(width: 30, height: 20)
        (gif.width, gif.height) = (3, 2)
        #expect(try (self.pixels(gif).width, self.pixels(gif).height) == (30, 20))
    }

    @Test func ofAnAnimationTheFirstFrameComes() throws {
        var gif = Drawn.GIF(width: 30, height: 20)
        gif.frames.append(.init(width: 30, height: 20, pixels: [UInt8](repeating: 9, count: 600)))
        let outcome = compress(gif.bytes, recipe: ImageRecipe())
        #expect(outcome.source.isAnimated)
        #expect(outcome.source.format == "gif")
        #expect(!compress(Drawn.GIF().bytes, recipe: ImageRecipe()).source.isAnimated)
        let found = try self.pixels(gif)
        #expect(found.meanDifference { x, y in gif.palette[Int(gif.frames[0].pixels[y * 30 + x])].map(Int.init) } == 0)
        var limits = ImageLimits()
        limits.frames = 1
        let failure = compress(gif.bytes, recipe: ImageRecipe(limits: limits)).failure
        #expect(failure?.kind == .tooManyFrames)
        #expect(failure?.limit == 1)
    }

    @Test func commentsAreNotKept() throws {
        var gif = Drawn.GIF(width: 300, height: 200)
        gif.comment = "a secret " + String(repeating: "place ", count: 100)
        let image = try compress(gif.bytes, recipe: ImageRecipe()).image()
        #expect(FileParts.isBare(image.bytes))
        #expect(!String(decoding: image.bytes, as: UTF8.self).contains("secret"))
    }

    @Test func aSecondFrameThatIsCutOffDoesNoHarm() throws {
        var gif = Drawn.GIF(width: 30, height: 20)
        gif.frames.append(.init(width: 30, height: 20, pixels: [UInt8](repeating: 9, count: 600)))
        #expect(try Pixels(Self.lossless(gif.bytes.dropLast(4))).width == 30)
    }

    @Test(arguments: [0, 9, 12])
    func anImpossibleCodeLengthIsCorrupt(length: UInt8) throws {
        var gif = Drawn.GIF(width: 4, height: 4)
        gif.palette = Array(gif.palette.prefix(4))
        gif.frames[0].pixels = [UInt8](repeating: 1, count: 16)
        var bytes = gif.bytes
        let at = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x2c, 0, 0, 0, 0]) })
        #expect(bytes[at + 10] == 2)
        bytes[at + 10] = length
        #expect(compress(bytes, recipe: ImageRecipe()).failure?.kind == .corrupt)
    }
}
