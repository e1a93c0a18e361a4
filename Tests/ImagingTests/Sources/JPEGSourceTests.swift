import CImagingTestSupport
import Testing

@testable import Imaging

@Suite struct JPEGSourceTests {
    struct Layout: CustomTestStringConvertible {
        var name: String
        var jpeg: Drawn.JPEG
        var testDescription: String { self.name }
    }

    static let layouts: [Layout] = [
        Layout(name: "gray", jpeg: .init(space: DRAW_GRAY)),
        Layout(name: "4:2:0", jpeg: .init(sampling: (2, 2))),
        Layout(name: "4:2:2", jpeg: .init(sampling: (2, 1))),
        Layout(name: "4:4:0", jpeg: .init(sampling: (1, 2))),
        Layout(name: "4:4:4", jpeg: .init(sampling: (1, 1))),
        Layout(name: "4:1:1", jpeg: .init(sampling: (4, 1))),
        Layout(name: "4:1:0", jpeg: .init(sampling: (4, 2))),
        Layout(name: "3x1", jpeg: .init(sampling: (3, 1))),
        Layout(name: "progressive 4:2:0", jpeg: .init(progressive: true)),
        Layout(name: "progressive 4:4:4", jpeg: .init(sampling: (1, 1), progressive: true)),
        Layout(name: "arithmetic coding", jpeg: .init(arithmetic: true)),
        Layout(name: "one component a scan", jpeg: .init(oneComponentAScan: true)),
        Layout(name: "restart markers", jpeg: .init(restartRows: 1)),
        Layout(name: "RGB", jpeg: .init(space: DRAW_RGB, sampling: (1, 1))),
        Layout(name: "CMYK", jpeg: .init(space: DRAW_CMYK, sampling: (1, 1))),
        Layout(name: "YCCK", jpeg: .init(space: DRAW_YCCK, sampling: (1, 1))),
        Layout(name: "YCCK 4:2:0", jpeg: .init(space: DRAW_YCCK, sampling: (2, 2))),
    ]

    /// Sizes that are multiples of nothing, and longest sides that make the decoder's own scaling 8, 4, 2 and 1
    /// eighths.
    @Test(arguments: layouts, [2000, 333, 160, 80, 40, 20])
    func everyLayoutComesOutInItsColoursAtEverySize(layout: Layout, maxSide: UInt32) throws {
        var jpeg = layout.jpeg
        jpeg.width = 661
        jpeg.height = 437
        jpeg.quality = 97
        let image = try compress(jpeg.bytes, recipe: ImageRecipe(maxSide: maxSide, jpegQuality: 95)).image()
        let pixels = try Pixels(image.bytes)
        #expect(pixels.width == min(661, Int(maxSide)))
        #expect(pixels.components == (jpeg.space == DRAW_GRAY ? 1 : 3))
        #expect(FileParts.isBare(image.bytes))
        let difference = pixels.meanDifference(step: maxSide > 200 ? 3 : 1) { x, y in
            let rgb = Drawn.colour(x, y, of: pixels.width, pixels.height)
            guard jpeg.space == DRAW_GRAY else { return rgb }
            return [Int](repeating: (rgb[0] * 299 + rgb[1] * 587 + rgb[2] * 114) / 1000, count: 3)
        }
        // A pixel of a 20-pixel picture spans several steps of the gradient.
        #expect(difference < (maxSide < 40 ? 2.6 : maxSide < 80 ? 1.3 : 0.9))
    }

    @Test(arguments: [(1, 1), (1, 300), (300, 1), (7, 9), (8, 8), (17, 16)], [(1, 1), (2, 2), (2, 1), (1, 2)])
    func verySmallAndThinPicturesComeThrough(size: (Int, Int), sampling: (Int, Int)) throws {
        let bytes = Drawn.JPEG(width: size.0, height: size.1, sampling: sampling).bytes
        for maxSide: UInt32 in [2048, 5] {
            let outcome = compress(bytes, recipe: ImageRecipe(maxSide: maxSide))
            let image = try outcome.image()
            let pixels = try Pixels(image.bytes)
            #expect(max(pixels.width, pixels.height) <= Int(maxSide))
            #expect(image.bytes.count <= bytes.count)
        }
    }

}
