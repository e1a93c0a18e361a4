import CImagingTestSupport
import Testing

@testable import Imaging

@Suite struct RenditionTests {
    static let recipe = ImageRecipe(renditions: [
        RenditionRecipe(name: "tiny", maxSide: 16), RenditionRecipe(name: "large", maxSide: 200),
        RenditionRecipe(name: "whole", maxSide: 5000),
    ])

    static let sources: [[UInt8]] = [
        Drawn.JPEG(width: 801, height: 403).bytes, Drawn.JPEG(width: 801, height: 403, sampling: (1, 1)).bytes,
        Drawn.JPEG(width: 801, height: 403, space: DRAW_GRAY).bytes,
        Drawn.JPEG(width: 403, height: 801, orientation: 6).bytes,
        Drawn.JPEG(width: 801, height: 403, icc: Drawn.profile(DRAW_SRGB_TABLE)).bytes,
        Drawn.PNG(width: 801, height: 403).bytes, Drawn.PNG(width: 801, height: 403, colourType: 6).bytes,
        Drawn.PNG(width: 801, height: 403, colourType: 4).bytes,
    ]

    @Test(arguments: 0..<sources.count)
    func allComeFromOneSourceInTheRecipesOrder(source: Int) throws {
        let outcome = compress(Self.sources[source], recipe: Self.recipe)
        let renditions = try outcome.result.get().renditions
        #expect(renditions.map(\.name) == ["tiny", "large", "whole"])
        #expect(renditions.map(\.width) == [16, 200, 801])
        #expect(renditions.map(\.height) == [8, 101, 403])
        for rendition in renditions {
            let pixels = try Pixels(rendition.bytes)
            #expect((pixels.width, pixels.height) == (Int(rendition.width), Int(rendition.height)))
            let digest = try ImageDigest.sha256(rendition.bytes)
            #expect(rendition.sha256 == digest)
        }
    }

    /// Of the smaller ones as of what is decoded at that size at once.
    @Test(arguments: 0..<5)
    func aSmallRenditionLooksLikeTheSourceShrunkAtOnce(source: Int) throws {
        let both = ImageRecipe(
            renditions: [.init(name: "full", maxSide: 700), .init(name: "thumb", maxSide: 120)], jpegQuality: 95)
        let found = try Pixels(compress(Self.sources[source], recipe: both).result.get().renditions[1].bytes)
        let alone = ImageRecipe(maxSide: 120, jpegQuality: 95)
        let wanted = try Pixels(compress(Self.sources[source], recipe: alone).image().bytes)
        #expect(found.meanDifference { wanted[$0, $1] } < 1.5)
    }

    @Test func aSourceSmallerThanTwoRenditionsGivesBothTheSameBytes() throws {
        let renditions = try compress(Drawn.JPEG().bytes, recipe: ImageRecipe()).result.get().renditions
        #expect(renditions.map(\.name) == ["full", "thumb"])
        #expect(renditions[0].bytes == renditions[1].bytes)
    }

    @Test func aKeyNamesAllThatDecidesOnTheBytes() {
        let recipe = ImageRecipe()
        #expect(recipe.identifier(of: .full) == "v2-2048-q80-w90")
        #expect(recipe.identifier(of: .thumb) == "v2-320of2048-q80-w90")
        #expect(ImageRecipe(maxSide: 320, webpQuality: nil).identifier(of: .thumb) == "v2-320-q80")
    }

    @Test(
        arguments: [
            (DeclaredType(contentType: "image/png"), "jpeg", "png"),
            (DeclaredType(contentType: "image/jpg"), "jpeg", nil),
            (DeclaredType(contentType: "IMAGE/JPEG; q=1", name: "a.png"), "jpeg", "png"),
            (DeclaredType(contentType: "application/octet-stream", name: "https://x/a.JPG?v=1.png"), "webp", "jpeg"),
            (DeclaredType(name: "folder.png/readme"), "jpeg", nil), (DeclaredType(name: "a.b.html"), "html", nil),
            (DeclaredType(contentType: "text/html"), "jpeg", "html"), (DeclaredType(), "jpeg", nil),
        ] as [(DeclaredType, String, String?)])
    func whatContradictsTheContentIsRecorded(row: (declared: DeclaredType, format: String, found: String?)) {
        #expect(row.declared.contradiction(of: row.format) == row.found)
    }

    @Test func aContradictionIsPartOfTheOutcome() {
        let declared = DeclaredType(contentType: "image/jpeg", name: "x.jpg")
        #expect(compress(Drawn.PNG().bytes, recipe: ImageRecipe(), declared: declared).source.contradicts == "jpeg")
        #expect(compress(Array("<html>".utf8), recipe: ImageRecipe(), declared: declared).source.contradicts == "jpeg")
        #expect(compress(Drawn.JPEG().bytes, recipe: ImageRecipe(), declared: declared).source.contradicts == nil)
    }
}
