import Testing

@testable import Imaging

@Suite struct PNGSourceTests {
    struct Kind: CustomTestStringConvertible {
        var colourType: Int
        var depth: Int
        var testDescription: String { "colour type \(self.colourType), \(self.depth) bits" }
    }

    static let kinds: [Kind] = [
        (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
    ].flatMap { type, depths in depths.map { Kind(colourType: type, depth: $0) } }

    @Test(arguments: kinds, [false, true])
    func everyKindComesOutAsItIs(kind: Kind, interlaced: Bool) throws {
        var png = Drawn.PNG(
            width: 101, height: 67, colourType: kind.colourType, depth: kind.depth, interlaced: interlaced,
            text: String(repeating: "x", count: 3000))
        let bytes = png.bytes
        let image = try compress(bytes, recipe: ImageRecipe(jpegQuality: 97)).image()
        let found = try Pixels(image.bytes)
        // The 16-bit drawing is the 8-bit one with more digits.
        png.depth = min(kind.depth, 8)
        let wanted = try Pixels(png.bytes)
        #expect((found.width, found.height) == (101, 67))
        #expect(FileParts.isBare(image.bytes))
        #expect((found.components == 4) == (kind.colourType >= 4))
        let difference = found.meanDifference(channels: 4) { x, y in
            // What is fully transparent has no colour.
            wanted[x, y][3] == 0 ? [found[x, y][0], found[x, y][1], found[x, y][2], 0] : wanted[x, y]
        }
        #expect(difference < 1.5)
    }

    @Test(arguments: [(0, 8), (2, 8), (3, 8), (0, 2), (2, 16)])
    func aTransparentColourStaysTransparent(kind: (Int, Int)) throws {
        let bytes = Drawn.PNG(
            width: 64, height: 64, colourType: kind.0, depth: kind.1, transparentEntry: true,
            flat: [0, 0, 0]
        ).bytes
        let pixels = try Pixels(compress(bytes, recipe: ImageRecipe()).image().bytes)
        #expect(pixels[3, 3][3] == 0)
    }

    @Test func transparencySurvivesShrinkingWithoutAHalo() throws {
        let bytes = Drawn.PNG(width: 400, height: 300, colourType: 6).bytes
        let image = try compress(bytes, recipe: ImageRecipe(maxSide: 120)).image()
        #expect(image.encoding == .webp)
        let pixels = try Pixels(image.bytes)
        #expect((pixels.width, pixels.height) == (120, 90))
        let alpha = pixels.meanDifference(channels: 4) { x, y in
            let wanted = Drawn.colour(x, y, of: 120, 90)
            return Array(pixels[x, y].prefix(3)) + [wanted[3]]
        }
        #expect(alpha < 1)
        // Where it is half transparent or more, the colour is that of the drawing and nothing mixed in.
        let colour = pixels.meanDifference { x, y in
            pixels[x, y][3] < 128 ? pixels[x, y] : Drawn.colour(x, y, of: 120, 90)
        }
        #expect(colour < 1.5)
    }

    @Test func whatIsHiddenDoesNotBleedIntoTheEdge() throws {
        let bytes = Drawn.PNG(width: 400, height: 400, colourType: 6, interlaced: true, cutOut: true).bytes
        let pixels = try Pixels(compress(bytes, recipe: ImageRecipe(maxSide: 150)).image().bytes)
        var edge = 0
        for y in 0..<pixels.height {
            for x in 0..<pixels.width where (40..<255).contains(pixels[x, y][3]) {
                edge += 1
                let green = pixels[x, y][1]
                #expect(green < 40)
            }
        }
        #expect(edge > 100)
        #expect(pixels[0, 0] == [0, 0, 0, 0])
    }

    @Test func anOpaqueAlphaChannelIsDropped() throws {
        let bytes = Drawn.PNG(colourType: 6, flat: [10, 200, 30]).bytes
        let image = try compress(bytes, recipe: ImageRecipe()).image()
        let pixels = try Pixels(image.bytes)
        #expect(pixels[0, 0] == [10, 200, 30, 255])
    }

    @Test func aPhotoInAPNGBecomesAJPEG() throws {
        let bytes = Drawn.PNG(width: 300, height: 200, noise: true).bytes
        let image = try compress(bytes, recipe: ImageRecipe()).image()
        #expect(image.encoding == .jpeg)
        #expect(image.encoding.contentType == "image/jpeg")
        #expect(image.encoding.fileExtension == "jpg")
    }

    @Test func aDrawingWithFewColoursStaysAPNGWithAPalette() throws {
        let bytes = Drawn.PNG(width: 600, height: 400, flatAreas: true).bytes
        let image = try compress(bytes, recipe: ImageRecipe(webpQuality: nil)).image()
        #expect(image.encoding == .png)
        #expect(image.kept == .lossless)
        #expect(FileParts.chunks(ofPNG: image.bytes)?.contains("PLTE") == true)
        let (found, wanted) = (try Pixels(image.bytes), try Pixels(bytes))
        #expect(found.meanDifference { wanted[$0, $1] } == 0)
    }
}
