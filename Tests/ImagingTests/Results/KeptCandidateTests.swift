import CImagingTestSupport
import SeededRandom
import Testing

@testable import Imaging

@Suite struct KeptCandidateTests {
    @Test func aPoorJPEGKeepsItsPixelsAndLosesItsMetadata() throws {
        let bytes = Drawn.JPEG(quality: 30, comment: "a secret place").bytes
        let image = try compress(bytes, recipe: ImageRecipe(jpegQuality: 95)).image()
        #expect(image.kept == .strippedSource)
        #expect(image.bytes.count < bytes.count)
        #expect(FileParts.isBare(image.bytes))
        let (found, wanted) = (try Pixels(image.bytes), try Pixels(bytes))
        #expect(found.meanDifference { wanted[$0, $1] } == 0)
    }

    @Test func aStrippedProgressiveJPEGStaysProgressive() throws {
        let bytes = Drawn.JPEG(width: 300, height: 200, quality: 30, progressive: true).bytes
        let image = try compress(bytes, recipe: ImageRecipe()).image()
        #expect(image.kept == .strippedSource)
        #expect(FileParts.markers(ofJPEG: image.bytes)?.contains(0xc2) == true)
        #expect(FileParts.markers(ofJPEG: Drawn.JPEG(arithmetic: true).bytes)?.contains(0xc9) == true)
    }

    @Test func arithmeticCodingBecomesHuffmanCoding() throws {
        let bytes = Drawn.JPEG(quality: 30, arithmetic: true).bytes
        let outcome = compress(bytes, recipe: ImageRecipe(jpegQuality: 30))
        if case .success = outcome.result {
            let image = try outcome.image()
            #expect(FileParts.markers(ofJPEG: image.bytes)?.contains(0xc9) == false)
        }
    }

    @Test func aPoorJPEGThatHasToBeTurnedGetsALowerQuality() throws {
        let bytes = Drawn.JPEG(width: 500, height: 300, quality: 35, orientation: 6).bytes
        let image = try compress(bytes, recipe: ImageRecipe(jpegQuality: 95)).image()
        #expect(image.kept == .reducedQuality)
        #expect(image.bytes.count <= bytes.count)
        #expect(image.size == PixelSize(width: 300, height: 500))
    }

    @Test func aTransparentDrawingThatWouldGrowGetsFewerColours() throws {
        let source = Drawn.PNG(width: 300, height: 200, colourType: 6, flatAreas: true).bytes
        let image = try compress(source, recipe: ImageRecipe(maxSide: 299)).image()
        #expect(image.kept == .reducedQuality || image.kept == .reducedSize)
        #expect(image.bytes.count <= source.count)
        let pixels = try Pixels(image.bytes)
        #expect(pixels[0, 5][3] < 60)
        #expect(pixels[pixels.width - 2, 5][3] > 180)
    }

    @Test func whatCannotBeMadeSmallerIsRefused() throws {
        // Two rows of four pixels have to be turned and no header is shorter than this one.
        var jpeg = Drawn.JPEG(width: 2048, height: 16, space: DRAW_GRAY, quality: 1, arithmetic: true, flat: [128])
        jpeg.orientation = 6
        let outcome = compress(jpeg.bytes, recipe: ImageRecipe())
        switch outcome.result {
        case .success: #expect(try outcome.image().bytes.count <= jpeg.bytes.count)
        case .failure(let failure): #expect(failure.kind == .notSmaller)
        }
    }

    @Test(arguments: 0..<40)
    func noOutputIsBiggerThanItsSource(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let jpeg = Drawn.JPEG(
            width: .random(in: 1...400, using: &random), height: .random(in: 1...400, using: &random),
            space: [DRAW_GRAY, DRAW_YCC, DRAW_RGB].randomElement(using: &random) ?? DRAW_YCC,
            sampling: [(1, 1), (2, 1), (2, 2)].randomElement(using: &random) ?? (1, 1),
            quality: .random(in: 5...100, using: &random), progressive: .random(using: &random),
            orientation: .random(in: 1...8, using: &random))
        let png = Drawn.PNG(
            width: jpeg.width, height: jpeg.height, colourType: [0, 2, 4, 6].randomElement(using: &random) ?? 2,
            flatAreas: .random(using: &random), noise: .random(using: &random))
        let recipe = ImageRecipe(maxSide: .random(in: 8...500, using: &random))
        for bytes in [jpeg.bytes, png.bytes] {
            let outcome = compress(bytes, recipe: recipe)
            guard case .success = outcome.result else {
                #expect(outcome.failure?.kind == .notSmaller)
                continue
            }
            let image = try outcome.image()
            #expect(image.bytes.count <= bytes.count)
            #expect(FileParts.isBare(image.bytes))
            let pixels = try Pixels(image.bytes)
            #expect(max(pixels.width, pixels.height) <= recipe.largestSide)
            #expect(image.size == PixelSize(width: UInt32(pixels.width), height: UInt32(pixels.height)))
        }
    }

    @Test func theSameBytesAndRecipeGiveTheSameBytes() throws {
        for bytes in [Drawn.JPEG(width: 640, height: 480).bytes, Drawn.PNG(colourType: 6, noise: true).bytes] {
            let recipe = ImageRecipe(maxSide: 90)
            #expect(compress(bytes, recipe: recipe) == compress(bytes, recipe: recipe))
        }
    }
}
