import CImagingTestSupport
import Testing

@testable import Imaging

/// Expected values: littlecms 2.17 through Pillow 13 (relative colorimetric, black point compensation) on the same
/// profile and colour, computed once; they agree with the profiles' definitions. Tolerance: 3 of 255, as the
/// pictures pass through JPEG.
@Suite struct ColourTests {
    struct Patch: CustomTestStringConvertible {
        var profile: draw_profile
        var stored: [UInt8]
        var srgb: [Int]
        var testDescription: String { "profile \(self.profile.rawValue): \(self.stored)" }
    }

    static let patches: [Patch] = [
        Patch(profile: DRAW_ADOBE_RGB, stored: [200, 100, 50], srgb: [227, 100, 42]),
        Patch(profile: DRAW_ADOBE_RGB, stored: [60, 180, 90], srgb: [0, 181, 83]),
        Patch(profile: DRAW_ADOBE_RGB, stored: [128, 128, 128], srgb: [129, 129, 129]),
        Patch(profile: DRAW_ADOBE_RGB, stored: [20, 40, 200], srgb: [0, 35, 205]),
        Patch(profile: DRAW_DISPLAY_P3, stored: [200, 100, 50], srgb: [215, 93, 31]),
        Patch(profile: DRAW_DISPLAY_P3, stored: [60, 180, 90], srgb: [0, 183, 78]),
        Patch(profile: DRAW_DISPLAY_P3, stored: [128, 128, 128], srgb: [128, 128, 128]),
        Patch(profile: DRAW_DISPLAY_P3, stored: [20, 40, 200], srgb: [12, 41, 208]),
        Patch(profile: DRAW_SRGB, stored: [200, 100, 50], srgb: [200, 100, 50]),
        Patch(profile: DRAW_SRGB, stored: [60, 180, 90], srgb: [60, 180, 90]),
        Patch(profile: DRAW_SRGB, stored: [128, 128, 128], srgb: [128, 128, 128]),
        Patch(profile: DRAW_SRGB, stored: [20, 40, 200], srgb: [20, 40, 200]),
        Patch(profile: DRAW_SRGB_TABLE, stored: [200, 100, 50], srgb: [200, 100, 50]),
        Patch(profile: DRAW_SRGB_TABLE, stored: [60, 180, 90], srgb: [60, 180, 90]),
        Patch(profile: DRAW_SRGB_TABLE, stored: [128, 128, 128], srgb: [128, 128, 128]),
        Patch(profile: DRAW_SRGB_TABLE, stored: [20, 40, 200], srgb: [20, 40, 200]),
        Patch(profile: DRAW_GRAY_LINEAR, stored: [10], srgb: [55, 55, 55]),
        Patch(profile: DRAW_GRAY_LINEAR, stored: [55], srgb: [128, 128, 128]),
        Patch(profile: DRAW_GRAY_LINEAR, stored: [128], srgb: [188, 188, 188]),
    ]

    static let colouredPatches = Self.patches.filter { $0.profile != DRAW_GRAY_LINEAR }

    private func middle(_ outcome: ImageOutcome) throws -> [Int] {
        let pixels = try Pixels(outcome.image().bytes)
        return Array(pixels[pixels.width / 2, pixels.height / 2].prefix(3))
    }

    private func isClose(_ found: [Int], _ wanted: [Int], within tolerance: Int = 3) -> Bool {
        zip(found, wanted).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test(arguments: patches)
    func aProfileInAJPEGIsApplied(patch: Patch) throws {
        let gray = patch.profile == DRAW_GRAY_LINEAR
        let bytes = Drawn.JPEG(
            space: gray ? DRAW_GRAY : DRAW_YCC, sampling: (1, 1), quality: 100,
            icc: Drawn.profile(patch.profile), flat: patch.stored
        ).bytes
        let found = try self.middle(compress(bytes, recipe: ImageRecipe(jpegQuality: 95)))
        #expect(self.isClose(found, patch.srgb), "\(found)")
    }

    @Test(arguments: colouredPatches)
    func aProfileInAPNGIsApplied(patch: Patch) throws {
        let bytes = Drawn.PNG(icc: Drawn.profile(patch.profile), flat: patch.stored).bytes
        let found = try self.middle(compress(bytes, recipe: ImageRecipe(jpegQuality: 95)))
        #expect(self.isClose(found, patch.srgb), "\(found)")
    }

    @Test(arguments: [(DRAW_SRGB, true), (DRAW_SRGB_TABLE, true), (DRAW_ADOBE_RGB, false), (DRAW_DISPLAY_P3, false)])
    func sRGBIsRecognisedByItsNumbers(profile: draw_profile, isSRGB: Bool) throws {
        let icc = Drawn.profile(profile)
        for bytes in [Drawn.JPEG(icc: icc).bytes, Drawn.PNG(icc: icc).bytes] {
            let isReady = try withImageSource(bytes, limits: ImageLimits()) { source in source.isReady(maxSide: 2048) }
            #expect(isReady == isSRGB)
        }
    }

    @Test func aBrokenProfileIsNone() throws {
        let bytes = Drawn.JPEG(icc: [UInt8](repeating: 7, count: 3000), flat: [90, 90, 90]).bytes
        let found = try self.middle(compress(bytes, recipe: ImageRecipe()))
        #expect(self.isClose(found, [90, 90, 90], within: 1))
    }

    @Test func aProfileOfAnotherColourModelIsNone() throws {
        let bytes = Drawn.JPEG(space: DRAW_GRAY, icc: Drawn.profile(DRAW_ADOBE_RGB), flat: [90]).bytes
        let found = try self.middle(compress(bytes, recipe: ImageRecipe()))
        #expect(self.isClose(found, [90, 90, 90], within: 1))
    }

    /// Inks as Adobe stores them, inverted: R = C·K / 255 and so on.
    @Test(
        arguments: [DRAW_CMYK, DRAW_YCCK],
        [
            ([255, 255, 255, 255], [255, 255, 255]), ([0, 255, 255, 255], [0, 255, 255]),
            ([255, 255, 255, 0], [0, 0, 0]), ([200, 100, 50, 128], [100, 50, 25]),
        ] as [([UInt8], [Int])])
    func inksWithoutAProfileTakeLightAway(space: draw_space, colour: ([UInt8], [Int])) throws {
        let bytes = Drawn.JPEG(space: space, sampling: (1, 1), quality: 100, flat: colour.0).bytes
        let found = try self.middle(compress(bytes, recipe: ImageRecipe(jpegQuality: 95)))
        #expect(self.isClose(found, colour.1), "\(found)")
    }
}
