import CImagingTestSupport
import Testing

@testable import Imaging

/// JPEGs that keep their size are coded anew from their coefficients; what comes out is what their pixels give.
@Suite struct CoefficientTests {
    struct Layout: CustomTestStringConvertible, Sendable {
        var name: String
        var space = DRAW_YCC
        var h = 1
        var v = 1
        var progressive = false
        var oneComponentAScan = false
        /// How far decoders' plain repetition of chroma, four times over, is from our interpolation.
        var tolerance = 1.0
        var testDescription: String { self.name }

        func jpeg(width: Int = 96, height: Int = 64, orientation: Int = 1, split: Int = 0) -> [UInt8] {
            Drawn.JPEG(
                width: width, height: height, space: self.space, sampling: (self.h, self.v), quality: 98,
                progressive: self.progressive, oneComponentAScan: self.oneComponentAScan, orientation: orientation,
                split: split
            ).bytes
        }
    }

    static let layouts: [Layout] = [
        Layout(name: "gray", space: DRAW_GRAY),
        Layout(name: "4:4:4"),
        Layout(name: "4:2:0", h: 2, v: 2),
        Layout(name: "4:2:2", h: 2, v: 1),
        Layout(name: "4:4:0", h: 1, v: 2),
        Layout(name: "4:1:1", h: 4, v: 1, tolerance: 1.5),
        Layout(name: "4:1:0", h: 4, v: 2, tolerance: 1.8),
        Layout(name: "one component a scan", h: 2, v: 2, oneComponentAScan: true),
        Layout(name: "units too large for one scan", h: 4, v: 4, oneComponentAScan: true, tolerance: 2.6),
        Layout(name: "RGB", space: DRAW_RGB),
        Layout(name: "progressive 4:4:4", progressive: true),
        Layout(name: "progressive 4:2:0", h: 2, v: 2, progressive: true),
    ]

    @Test(arguments: layouts, 1...8)
    func whatBlocksGiveIsWhatPixelsGive(layout: Layout, orientation: Int) throws {
        let bytes = layout.jpeg(orientation: orientation)
        let (applies, blocks, pixels) = try withImageSource(bytes, limits: ImageLimits()) {
            source throws(CodecFailure) in
            (
                source.requantises(maxSide: 96), try source.requantised(quality: 95).bytes,
                try source.decode(maxSide: 96).jpeg(quality: 95)
            )
        }
        #expect(applies)
        let (found, wanted) = (try Pixels(blocks), try Pixels(pixels))
        #expect((found.width, found.height) == (wanted.width, wanted.height))
        #expect(found.components == wanted.components)
        #expect(found.meanDifference { wanted[$0, $1] } < layout.tolerance)
        #expect(FileParts.isBare(blocks))
    }

    @Test(arguments: layouts, [1, 5])
    func partialBlocksStayAtTheirEdge(layout: Layout, orientation: Int) throws {
        for (width, height) in [(97, 61), (41, 75)] {
            let bytes = layout.jpeg(width: width, height: height, orientation: orientation)
            let (blocks, pixels) = try withImageSource(bytes, limits: ImageLimits()) { source throws(CodecFailure) in
                (try source.requantised(quality: 95).bytes, try source.decode(maxSide: 97).jpeg(quality: 95))
            }
            let (found, wanted) = (try Pixels(blocks), try Pixels(pixels))
            #expect((found.width, found.height) == (wanted.width, wanted.height))
            #expect(found.meanDifference { wanted[$0, $1] } < layout.tolerance + 1)
        }
    }

    @Test(arguments: [2, 3, 4, 6, 7, 8])
    func whatCannotBeTurnedByBlocksIsTurnedByPixels(orientation: Int) throws {
        let bytes = Layout(name: "", h: 2, v: 2).jpeg(width: 97, height: 61, orientation: orientation)
        let requantises = try withImageSource(bytes, limits: ImageLimits()) { $0.requantises(maxSide: 97) }
        #expect(!requantises)
        let upright = orientation < 5 ? PixelSize(width: 97, height: 61) : PixelSize(width: 61, height: 97)
        #expect(compress(bytes, recipe: ImageRecipe()).source.size == upright)
    }

    @Test(arguments: layouts)
    func whatIsStrippedHasTheSamePixels(layout: Layout) throws {
        let bytes = layout.jpeg(width: 83, height: 45)
        let stripped = try withImageSource(bytes, limits: ImageLimits()) { source throws(CodecFailure) in
            try source.strip()
        }
        let (found, wanted) = (try Pixels(stripped), try Pixels(bytes))
        #expect(found.meanDifference { wanted[$0, $1] } == 0)
    }

    @Test(arguments: 2...8)
    func aPoorPictureIsTurnedWithoutLoss(orientation: Int) throws {
        let bytes = Drawn.JPEG(width: 96, height: 64, quality: 30, orientation: orientation).bytes
        let image = try compress(bytes, recipe: ImageRecipe(jpegQuality: 95)).image()
        #expect(image.kept == .strippedSource)
        #expect(image.size == (orientation < 5 ? PixelSize(width: 96, height: 64) : PixelSize(width: 64, height: 96)))
    }

    /// Sampling factors of the first component.
    private func sampling(_ bytes: [UInt8]) throws -> UInt8 {
        let frame = try #require(bytes.indices.dropLast(12).first { bytes[$0] == 0xff && bytes[$0 + 1] == 0xc2 })
        return bytes[frame + 11]
    }

    @Test(arguments: [(0, 0x22), (36, 0x11)] as [(Int, UInt8)])
    func chromaIsHalvedWhereItIsSoft(split: Int, factors: UInt8) throws {
        let source = Layout(name: "").jpeg(split: split)
        let kept = try compress(source, recipe: ImageRecipe()).image()
        let shrunk = try compress(source, recipe: ImageRecipe(maxSide: 48)).image()
        let (keptFactors, shrunkFactors) = (try self.sampling(kept.bytes), try self.sampling(shrunk.bytes))
        #expect(keptFactors == factors)
        #expect(shrunkFactors == factors)
    }

    /// Coefficients far out of range, as only broken files have them, end within it.
    @Test func extremesStayReadable() throws {
        for flat: [UInt8] in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0, 255]] {
            let bytes = Drawn.JPEG(width: 40, height: 24, sampling: (1, 1), quality: 100, flat: flat).bytes
            let found = try Pixels(compress(bytes, recipe: ImageRecipe(jpegQuality: 100)).image().bytes)
            #expect(found.meanDifference { _, _ in flat.map(Int.init) } < 2)
        }
    }
}
