import CImagingTestSupport
import Testing

@testable import Imaging

@Suite struct WebPSourceTests {
    @Test(arguments: [false, true], [false, true])
    func everyKindComesOutAsItIs(isLossless: Bool, hasAlpha: Bool) throws {
        let bytes = Drawn.WebP(width: 131, height: 77, isLossless: isLossless, hasAlpha: hasAlpha).bytes
        let outcome = compress(bytes, recipe: ImageRecipe(maxSide: 100, jpegQuality: 95))
        #expect(outcome.source.format == "webp")
        #expect(outcome.source.size == PixelSize(width: 131, height: 77))
        let image = try outcome.image()
        #expect(FileParts.isBare(image.bytes))
        let pixels = try Pixels(image.bytes)
        #expect((pixels.width, pixels.height) == (100, 59))
        #expect((pixels.components == 4) == hasAlpha)
        let difference = pixels.meanDifference(channels: 4) { x, y in
            let wanted = Drawn.colour(x, y, of: 100, 59)
            let found = pixels[x, y]
            guard hasAlpha else { return wanted.prefix(3) + [255] }
            return found[3] < 100 ? found.prefix(3) + [wanted[3]] : wanted
        }
        #expect(difference < 3)
    }

    @Test(arguments: [false, true])
    func aReadyOneKeepsItsPixelsAndNothingElse(hasAlpha: Bool) throws {
        var webp = Drawn.WebP(hasAlpha: hasAlpha, icc: Drawn.profile(DRAW_SRGB_TABLE))
        let stripped = try withImageSource(webp.bytes, limits: ImageLimits()) { source throws(CodecFailure) in
            try source.strip()
        }
        #expect(FileParts.isBare(stripped))
        webp.icc = []
        let (found, wanted) = (try Pixels(stripped), try Pixels(webp.bytes))
        #expect(found.meanDifference(channels: 4) { wanted[$0, $1] } == 0)
    }

    @Test func aPoorOneIsKeptWhereClientsKnowIt() throws {
        let poor = Drawn.WebP(width: 700, height: 500, hasAlpha: true, orientation: 1).bytes
        let image = try compress(poor, recipe: ImageRecipe(webpQuality: 100)).image()
        #expect(image.kept == .strippedSource)
        #expect(image.encoding == .webp)
        #expect(image.bytes.count < poor.count)
        #expect(try compress(poor, recipe: ImageRecipe(webpQuality: nil)).image().encoding == .png)
    }

    @Test(arguments: 1...8)
    func anOrientationIsApplied(orientation: UInt8) throws {
        let bytes = Drawn.WebP(width: 90, height: 50, isLossless: true, orientation: orientation).bytes
        let found = try Pixels(GIFSourceTests.lossless(bytes))
        #expect((found.width, found.height) == (orientation < 5 ? (90, 50) : (50, 90)))
        let place = OrientationTests.stored[Int(orientation) - 1].place
        let difference = found.meanDifference { x, y in
            let (sx, sy) = place(x, y, 90, 50)
            return Drawn.colour(sx, sy, of: 90, 50)
        }
        #expect(difference == 0)
    }

    @Test func aProfileIsApplied() throws {
        let plain = try Pixels(GIFSourceTests.lossless(Drawn.WebP(isLossless: true).bytes))
        let wide = Drawn.WebP(isLossless: true, icc: Drawn.profile(DRAW_ADOBE_RGB)).bytes
        #expect(try Pixels(GIFSourceTests.lossless(wide)).meanDifference { plain[$0, $1] } > 2)
    }

    @Test func ofAnAnimationTheFirstFrameComesInItsPlace() throws {
        let outcome = compress(Drawn.WebP(isLossless: true, frames: 3, offset: 10).bytes, recipe: ImageRecipe())
        #expect(outcome.source.isAnimated)
        #expect(outcome.source.size == PixelSize(width: 116, height: 84))
        let found = try Pixels(
            GIFSourceTests.lossless(Drawn.WebP(isLossless: true, frames: 3, offset: 10).bytes))
        #expect(found[9, 9] == [0, 0, 0, 0])
        #expect(found[115, 83] == [0, 0, 0, 0])
        let difference = found.meanDifference { x, y in
            let inside = (10..<106).contains(x) && (10..<74).contains(y)
            return inside ? Drawn.colour(x - 10, y - 10, of: 96, 64) : [0, 0, 0]
        }
        #expect(difference == 0)
        var limits = ImageLimits()
        limits.frames = 2
        let failure = compress(
            Drawn.WebP(frames: 3).bytes, recipe: ImageRecipe(limits: limits)
        ).failure
        #expect((failure?.kind, failure?.limit, failure?.value) == (.tooManyFrames, 2, 3))
    }

    @Test func theSizeInTheHeaderIsLimited() {
        var limits = ImageLimits()
        limits.pixels = 96 * 64 - 1
        #expect(compress(Drawn.WebP().bytes, recipe: ImageRecipe(limits: limits)).failure?.kind == .tooManyPixels)
        limits = ImageLimits()
        limits.side = 95
        #expect(compress(Drawn.WebP().bytes, recipe: ImageRecipe(limits: limits)).failure?.kind == .sideTooLong)
        limits = ImageLimits()
        limits.profileBytes = 9
        let bytes = Drawn.WebP(icc: [UInt8](repeating: 1, count: 10)).bytes
        #expect(compress(bytes, recipe: ImageRecipe(limits: limits)).failure?.kind == .profileTooLarge)
    }
}
