import Foundation
import Testing

@testable import Imaging

/// Real pictures, good and bad, with the outcome each is to have. They are not part of the repository.
@Suite(.enabled(if: SharedImages.rows.count > 0, "no folder ../shared/images (WARELOG_SHARED_IMAGES)"), .serialized)
struct SharedImageTests {
    @Test(arguments: SharedImages.rows)
    func everyPictureComesOutAsItsManifestSays(row: SharedImages.Row) throws {
        let bytes = try row.bytes
        let outcome = compress(bytes, recipe: ImageRecipe())
        switch row.expectation {
        case .compressed:
            try self.check(outcome.image(), source: bytes)
        case .refused(let kind):
            let found = try #require(outcome.failure?.kind, "a picture came out")
            if let kind { #expect(found == kind) }
        case .either:
            if case .success = outcome.result { try self.check(outcome.image(), source: bytes) }
        }
    }

    /// Downloads break off anywhere. The first picture of an animation or of an Ultra HDR photo ends before its file
    /// does.
    @Test(arguments: SharedImages.rows)
    func aPictureThatIsCutOffNeverComesOut(row: SharedImages.Row) throws {
        let isMore = ["ultrahdr", "animated", "bad/"].contains { row.path.contains($0) }
        guard case .compressed = row.expectation, !isMore else { return }
        let bytes = try row.bytes
        for thousandths in [100, 300, 500, 700, 900, 990] {
            let outcome = compress(Array(bytes.prefix(bytes.count * thousandths / 1000)), recipe: ImageRecipe())
            #expect(outcome.failure?.kind == .truncated, "\(thousandths) thousandths")
        }
    }

    private func check(_ image: EncodedRendition, source: [UInt8]) throws {
        #expect(image.bytes.count <= source.count)
        #expect(FileParts.isBare(image.bytes))
        let pixels = try Pixels(image.bytes)
        #expect(max(pixels.width, pixels.height) <= 2048)
        #expect(image.size == PixelSize(width: UInt32(pixels.width), height: UInt32(pixels.height)))
        #expect(!String(decoding: image.bytes, as: UTF8.self).contains("<script"))
    }

    @Test(.enabled(if: SharedImages.has("jpeg-exif-orientation-8.jpg")))
    func allOrientationsShowTheSamePicture() throws {
        let upright = try Self.pixels("jpeg-exif-orientation-1.jpg")
        for orientation in 2...8 {
            let turned = try Self.pixels("jpeg-exif-orientation-\(orientation).jpg")
            #expect((turned.width, turned.height) == (1800, 1200))
            // The eight files were turned and coded by others, and seven of them are coded once more here.
            #expect(turned.meanDifference(step: 7) { upright[$0, $1] } < 6)
        }
    }

    /// Means of a 4 by 4 grid of cells, computed once with Pillow 13 (littlecms 2.17, 2.19, relative colorimetric,
    /// black point compensation) from the sources. Tolerance: 3 of 255.
    @Test(arguments: SharedImages.colours)
    func coloursAreWherePillowFindsThem(colours: SharedImages.Colours) throws {
        let pixels = try Self.pixels(colours.file)
        for (index, wanted) in colours.cells.enumerated() {
            let (column, row) = (index % 4, index / 4)
            var sum = [0, 0, 0]
            var count = 0
            for y in stride(from: pixels.height * row / 4, to: pixels.height * (row + 1) / 4, by: 3) {
                for x in stride(from: pixels.width * column / 4, to: pixels.width * (column + 1) / 4, by: 3) {
                    let pixel = pixels[x, y]
                    for c in 0..<3 { sum[c] += pixel[c] }
                    count += 1
                }
            }
            for c in 0..<3 { #expect(abs(Double(sum[c]) / Double(count) - Double(wanted[c])) <= 3) }
        }
    }

    private static func pixels(_ file: String) throws -> Pixels {
        let bytes = try SharedImages.bytes(file)
        return try Pixels(compress(bytes, recipe: ImageRecipe()).image().bytes)
    }
}
