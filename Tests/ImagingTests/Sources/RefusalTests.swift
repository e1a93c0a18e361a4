import CImagingTestSupport
import SeededRandom
import Testing

@testable import Imaging

@Suite struct RefusalTests {
    struct Bytes: CustomTestStringConvertible {
        var format: String
        var bytes: [UInt8]
        var testDescription: String { self.format }

        init(_ format: String, _ text: String) {
            self.init(format, Array(text.utf8))
        }

        init(_ format: String, _ bytes: [UInt8]) {
            self.format = format
            self.bytes = bytes + [UInt8](repeating: 32, count: 32)
        }
    }

    @Test(arguments: [
        Bytes("mp4", [0, 0, 0, 20] + Array("ftypisom\0\0\0\0mp42".utf8)),
        Bytes("jxl", [0xff, 0x0a]), Bytes("tiff", [0x49, 0x49, 42, 0]), Bytes("tiff", [0x4d, 0x4d, 0, 42]),
        Bytes("bmp", Array("BM".utf8) + [UInt8](repeating: 0, count: 12) + [40, 0, 0, 0]),
        Bytes("ico", [0, 0, 1, 0]), Bytes("psd", "8BPS"), Bytes("pdf", "%PDF-1.7"), Bytes("gzip", [0x1f, 0x8b]),
        Bytes("zip", [0x50, 0x4b, 3, 4]), Bytes("svg", "<svg xmlns='http://www.w3.org/2000/svg'>"),
        Bytes("svg", "<?xml version='1.0'?>\n<!-- x --><svg>"), Bytes("html", "\n<!DOCTYPE html><title>404</title>"),
        Bytes("xml", "<?xml version='1.0'?><Error><Code>NoSuchKey</Code>"), Bytes("json", "{\"error\":404}"),
        Bytes("text", "iVBORw0KGgoAAAANSUhEUgAA"),
    ])
    func otherFormatsAreNamedAndRefused(bytes: Bytes) {
        let outcome = compress(bytes.bytes, recipe: ImageRecipe())
        #expect(outcome.failure == CodecFailure(.unsupportedFormat, "the bytes are \(bytes.format)"))
        #expect(outcome.source.format == bytes.format)
    }

    @Test func noBytesAreEmpty() {
        let outcome = compress([], recipe: ImageRecipe())
        #expect(outcome.failure?.kind == .empty)
        #expect(outcome.source.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test(arguments: 1...40)
    func randomBytesAreNoImage(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = [0x00] + (0..<count * 7).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(compress(bytes, recipe: ImageRecipe()).failure?.kind == .notAnImage)
    }

    struct Limit: CustomTestStringConvertible {
        var kind: CodecFailure.Kind
        var limit: UInt64
        var value: UInt64
        var bytes: [UInt8]
        var limits: ImageLimits
        var testDescription: String { self.kind.rawValue }

        init(
            _ kind: CodecFailure.Kind, _ limit: UInt64, _ value: UInt64, _ bytes: [UInt8],
            _ change: (inout ImageLimits) -> Void
        ) {
            (self.kind, self.limit, self.value, self.bytes) = (kind, limit, value, bytes)
            self.limits = ImageLimits()
            change(&self.limits)
        }
    }

    static let limits: [Limit] = {
        let jpeg = Drawn.JPEG().bytes
        let png = Drawn.PNG().bytes
        let icc = [UInt8](repeating: 1, count: 500)
        return [
            Limit(.tooManyBytes, 100, UInt64(jpeg.count), jpeg) { $0.bytes = 100 },
            Limit(.tooManyBytes, 100, UInt64(png.count), png) { $0.bytes = 100 },
            Limit(.tooManyPixels, 6143, 6144, jpeg) { $0.pixels = 6143 },
            Limit(.tooManyPixels, 6143, 6144, png) { $0.pixels = 6143 },
            Limit(.sideTooLong, 95, 96, jpeg) { $0.side = 95 },
            Limit(.sideTooLong, 95, 96, png) { $0.side = 95 },
            Limit(.tooManyScans, 3, 4, Drawn.JPEG(progressive: true).bytes) { $0.progressiveScans = 3 },
            Limit(.profileTooLarge, 400, 500, Drawn.JPEG(icc: icc).bytes) { $0.profileBytes = 400 },
            Limit(
                .profileTooLarge, 400, UInt64(Drawn.profile(DRAW_ADOBE_RGB).count),
                Drawn.PNG(icc: Drawn.profile(DRAW_ADOBE_RGB)).bytes
            ) { $0.profileBytes = 400 },
        ]
    }()

    @Test(arguments: limits)
    func everyLimitHasItsOwnErrorWithTheLimitAndTheValue(limit: Limit) {
        let failure = compress(limit.bytes, recipe: ImageRecipe(limits: limit.limits)).failure
        #expect(failure?.kind == limit.kind)
        #expect(failure?.limit == limit.limit)
        #expect(failure?.value == limit.value)
    }

    @Test func whatIsAtTheLimitIsFine() throws {
        let bytes = Drawn.JPEG().bytes
        var limits = ImageLimits()
        limits.bytes = UInt64(bytes.count)
        limits.pixels = 96 * 64
        limits.side = 96
        _ = try compress(bytes, recipe: ImageRecipe(limits: limits)).image()
    }

    @Test func aProgressivePictureThatNeedsTooMuchMemoryIsRefused() {
        var limits = ImageLimits()
        limits.decoderMemoryBytes = 1 << 20
        let bytes = Drawn.JPEG(width: 1500, height: 1500, progressive: true).bytes
        #expect(compress(bytes, recipe: ImageRecipe(limits: limits)).failure?.kind == .outOfMemory)
    }

    @Test func theNumberOfBitsIsToldWhenItIsUnsupported() {
        var bytes = Drawn.JPEG().bytes
        let frame = bytes.indices.dropLast().first { bytes[$0] == 0xff && bytes[$0 + 1] == 0xc0 } ?? 0
        bytes[frame + 4] = 12
        #expect(
            compress(bytes, recipe: ImageRecipe()).failure
                == CodecFailure(.unsupportedFeature, "12-bit JPEG is not supported"))
        bytes[frame + 4] = 8
        bytes[frame + 1] = 0xc3
        #expect(compress(bytes, recipe: ImageRecipe()).failure?.kind == .unsupportedFeature)
    }

    @Test func everyKindHasAStableName() {
        let names = CodecFailure.Kind.allCases.map(\.rawValue)
        #expect(
            names == [
                "empty", "not-an-image", "unsupported-format", "unsupported-feature", "too-many-bytes",
                "too-many-pixels", "side-too-long", "too-many-scans", "too-many-frames", "profile-too-large",
                "truncated",
                "corrupt", "not-smaller", "out-of-memory", "timeout", "crashed", "internal",
            ])
    }
}
