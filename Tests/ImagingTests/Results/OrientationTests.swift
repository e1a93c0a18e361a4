import Testing

@testable import Imaging

@Suite struct OrientationTests {
    /// For each EXIF orientation, where the stored pixel of an upright place is (EXIF 2.32, tag 274).
    static let stored: [(orientation: Int, place: @Sendable (_ x: Int, _ y: Int, _ w: Int, _ h: Int) -> (Int, Int))] = [
        (1, { x, y, _, _ in (x, y) }),
        (2, { x, y, w, _ in (w - 1 - x, y) }),
        (3, { x, y, w, h in (w - 1 - x, h - 1 - y) }),
        (4, { x, y, _, h in (x, h - 1 - y) }),
        (5, { x, y, _, _ in (y, x) }),
        (6, { x, y, _, h in (y, h - 1 - x) }),
        (7, { x, y, w, h in (w - 1 - y, h - 1 - x) }),
        (8, { x, y, w, _ in (w - 1 - y, x) }),
    ]

    @Test(arguments: 1...8, [(97, 61), (96, 64)])
    func everyOrientationComesOutUpright(orientation: Int, size: (Int, Int)) throws {
        let (width, height) = size
        let bytes = Drawn.JPEG(
            width: width, height: height, sampling: (1, 1), quality: 100, orientation: orientation,
            comment: String(repeating: "padding ", count: 600)
        ).bytes
        let image = try compress(bytes, recipe: ImageRecipe(jpegQuality: 95)).image()
        let pixels = try Pixels(image.bytes)
        #expect((pixels.width, pixels.height) == (orientation < 5 ? (width, height) : (height, width)))
        #expect(image.size == PixelSize(width: UInt32(pixels.width), height: UInt32(pixels.height)))
        let place = Self.stored[orientation - 1].place
        let difference = pixels.meanDifference { x, y in
            let (sx, sy) = place(x, y, width, height)
            return Drawn.colour(sx, sy, of: width, height)
        }
        #expect(difference < 1.5)
    }

    @Test(arguments: 2...8)
    func turningAndShrinkingGoTogether(orientation: Int) throws {
        let (width, height) = (403, 251)
        let bytes = Drawn.JPEG(width: width, height: height, orientation: orientation).bytes
        let outcome = compress(bytes, recipe: ImageRecipe(maxSide: 100))
        let pixels = try Pixels(outcome.image().bytes)
        #expect((pixels.width, pixels.height) == (orientation < 5 ? (100, 62) : (62, 100)))
        #expect(
            outcome.source.size
                == (orientation < 5
                    ? PixelSize(width: 403, height: 251) : PixelSize(width: 251, height: 403)))
        let place = Self.stored[orientation - 1].place
        let difference = pixels.meanDifference { x, y in
            let (sx, sy) = place(x, y, 100, 62)
            return Drawn.colour(sx, sy, of: 100, 62)
        }
        #expect(difference < 4)
    }

    /// With an odd number of columns the chroma grid begins at the other edge once the picture is mirrored.
    /// The drawn one keeps its blocks, and with (1, 1) what is compared is chroma halved in two ways.
    @Test(arguments: [(1, 1), (2, 2)])
    func aMirroredEdgeHasItsColoursWhereADrawnOneHas(sampling: (Int, Int)) throws {
        let padding = String(repeating: "padding ", count: 2000)
        let turned = Drawn.JPEG(
            width: 97, height: 32, sampling: sampling, quality: 100, orientation: 3, comment: padding, split: 40)
        let drawn = Drawn.JPEG(width: 97, height: 32, sampling: (1, 1), quality: 100, comment: padding, split: 57)
        let recipe = ImageRecipe(jpegQuality: 100)
        let found = try Pixels(compress(turned.bytes, recipe: recipe).image().bytes)
        let wanted = try Pixels(compress(drawn.bytes, recipe: recipe).image().bytes)
        // Upright, it is blue left of column 57.
        let difference = found.meanDifference { x, y in
            let pixel = wanted[x, y]
            return [pixel[2], pixel[1], pixel[0]]
        }
        #expect(difference < 1.8)
    }

    @Test(arguments: [0, 9, 200])
    func anImpossibleOrientationIsNone(orientation: Int) throws {
        let bytes = Drawn.JPEG(orientation: orientation).bytes
        let outcome = compress(bytes, recipe: ImageRecipe())
        #expect(outcome.source.size == PixelSize(width: 96, height: 64))
        _ = try outcome.image()
    }
}
