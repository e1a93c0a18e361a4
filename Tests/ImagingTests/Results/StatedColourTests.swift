import CImagingTestSupport
import Testing

@testable import Imaging

/// Colours that a PNG states by numbers instead of a profile. The expected values follow from the definitions of the
/// colour spaces; browsers show the same.
@Suite struct StatedColourTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var chunks: [(String, [UInt8])]
        var stored: [UInt8] = [128, 128, 128]
        var shown: [Int]

        init(_ name: String, _ chunks: [(String, [UInt8])], stored: [UInt8] = [128, 128, 128], shown: [Int]) {
            (testDescription, self.chunks, self.stored, self.shown) = (name, chunks, stored, shown)
        }
    }

    private static func gamma(_ value: UInt32) -> (String, [UInt8]) { ("gAMA", bigEndian(value)) }

    private static func chromaticities(_ values: [UInt32]) -> (String, [UInt8]) {
        ("cHRM", values.flatMap(bigEndian))
    }

    private static func codes(_ primaries: UInt8, _ transfer: UInt8, matrix: UInt8 = 0) -> (String, [UInt8]) {
        ("cICP", [primaries, transfer, matrix, 1])
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static let displayP3 = chromaticities([31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000])
    private static let skin: [UInt8] = [200, 120, 90]

    static let cases: [Case] = [
        Case("linear light", [gamma(100_000)], shown: [188, 188, 188]),
        Case("the gamma of displays is sRGB", [gamma(45_455)], shown: [128, 128, 128]),
        Case("sRGB goes before gamma", [gamma(100_000), ("sRGB", [0])], shown: [128, 128, 128]),
        Case("a gamma of zero is none", [gamma(0)], shown: [128, 128, 128]),
        Case("a gamma chunk of the wrong length is none", [("gAMA", [0, 1])], shown: [128, 128, 128]),
        Case("chromaticities of Display P3", [displayP3], stored: skin, shown: [213, 115, 83]),
        Case(
            "chromaticities that cannot be", [chromaticities([0, 0, 0, 0, 0, 0, 0, 0])], stored: skin,
            shown: [200, 120, 90]),
        Case("code points of Display P3", [codes(12, 13)], stored: skin, shown: [213, 115, 83]),
        Case("code points go before all others", [gamma(100_000), codes(1, 13)], shown: [128, 128, 128]),
        Case("linear code points", [codes(1, 8)], shown: [188, 188, 188]),
        Case("unspecified code points", [codes(2, 2)], stored: skin, shown: [200, 120, 90]),
        Case(
            "code points with a matrix are not defined", [codes(12, 13, matrix: 1)], stored: skin,
            shown: [200, 120, 90]),
    ]

    private func middle(_ outcome: ImageOutcome) throws -> [Int] {
        let pixels = try Pixels(outcome.image().bytes)
        return Array(pixels[pixels.width / 2, pixels.height / 2].prefix(3))
    }

    @Test(arguments: cases)
    func aPatchIsShownAsBrowsersShowIt(row: Case) throws {
        let bytes = FileParts.adding(row.chunks, toPNG: Drawn.PNG(flat: row.stored).bytes)
        let found = try middle(compress(bytes, recipe: ImageRecipe(jpegQuality: 95)))
        #expect(zip(found, row.shown).allSatisfy { abs($0 - $1) <= 2 }, "\(found)")
    }

    @Test func grayHasAGammaToo() throws {
        let gray = Drawn.PNG(colourType: 0, flat: [128, 128, 128]).bytes
        let bytes = FileParts.adding([Self.gamma(100_000)], toPNG: gray)
        let found = try middle(compress(bytes, recipe: ImageRecipe(jpegQuality: 95)))
        #expect(found.allSatisfy { abs($0 - 188) <= 2 }, "\(found)")
    }

    @Test(arguments: [(UInt8(16), "PQ"), (18, "HLG")] as [(UInt8, String)])
    func highDynamicRangeIsRefusedByName(row: (transfer: UInt8, name: String)) throws {
        let bytes = FileParts.adding([Self.codes(9, row.transfer)], toPNG: Drawn.PNG(flat: Self.skin).bytes)
        let failure = compress(bytes, recipe: ImageRecipe()).failure
        #expect(failure?.kind == .unsupportedFeature)
        #expect(failure?.detail.contains(row.name) == true)
    }
}
