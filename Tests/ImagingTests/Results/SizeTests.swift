import Testing

@testable import Imaging

@Suite struct SizeTests {
    @Test(
        arguments: [
            (PixelSize(width: 400, height: 300), 2048, PixelSize(width: 400, height: 300)),
            (PixelSize(width: 400, height: 300), 400, PixelSize(width: 400, height: 300)),
            (PixelSize(width: 400, height: 300), 200, PixelSize(width: 200, height: 150)),
            (PixelSize(width: 300, height: 400), 200, PixelSize(width: 150, height: 200)),
            (PixelSize(width: 401, height: 100), 200, PixelSize(width: 200, height: 50)),
            (PixelSize(width: 2000, height: 3), 100, PixelSize(width: 100, height: 1)),
        ] as [(PixelSize, UInt32, PixelSize)])
    func theLongerSideIsBoundedAndTheShapeIsKept(source: PixelSize, maxSide: UInt32, expected: PixelSize) throws {
        let (width, height) = (Int(source.width), Int(source.height))
        for bytes in [Drawn.JPEG(width: width, height: height).bytes, Drawn.PNG(width: width, height: height).bytes] {
            let outcome = compress(bytes, recipe: ImageRecipe(maxSide: maxSide))
            #expect(try outcome.image().size == expected)
            #expect(outcome.source.size == source)
        }
    }
}
