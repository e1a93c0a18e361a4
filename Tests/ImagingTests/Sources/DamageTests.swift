import CImagingTestSupport
import SeededRandom
import Testing

@testable import Imaging

@Suite struct DamageTests {
    struct Sample: CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var testDescription: String { self.name }
    }

    static let samples: [Sample] = [
        Sample(name: "baseline JPEG", bytes: Drawn.JPEG(width: 200, height: 150).bytes),
        Sample(name: "progressive JPEG", bytes: Drawn.JPEG(width: 200, height: 150, progressive: true).bytes),
        Sample(
            name: "JPEG, one component a scan",
            bytes: Drawn.JPEG(width: 200, height: 150, oneComponentAScan: true).bytes),
        Sample(name: "JPEG with restarts", bytes: Drawn.JPEG(width: 200, height: 150, restartRows: 1).bytes),
        Sample(name: "arithmetic JPEG", bytes: Drawn.JPEG(width: 200, height: 150, arithmetic: true).bytes),
        Sample(name: "YCCK JPEG", bytes: Drawn.JPEG(width: 200, height: 150, space: DRAW_YCCK).bytes),
        Sample(name: "PNG", bytes: Drawn.PNG(width: 200, height: 150, noise: true).bytes),
        Sample(name: "palette PNG", bytes: Drawn.PNG(width: 200, height: 150, colourType: 3).bytes),
        Sample(name: "Adam7 PNG", bytes: Drawn.PNG(width: 200, height: 150, colourType: 6, interlaced: true).bytes),
        Sample(
            name: "PNG with a profile",
            bytes: Drawn.PNG(width: 50, height: 50, icc: Drawn.profile(DRAW_ADOBE_RGB), text: "x").bytes),
        Sample(
            name: "JPEG with a profile",
            bytes: Drawn.JPEG(width: 50, height: 50, orientation: 6, icc: Drawn.profile(DRAW_ADOBE_RGB)).bytes),
        Sample(name: "GIF", bytes: Drawn.GIF(width: 200, height: 150, transparent: 3).bytes),
        Sample(name: "interlaced GIF", bytes: Drawn.GIF(width: 200, height: 150, isInterlaced: true).bytes),
        Sample(name: "WebP", bytes: Drawn.WebP(width: 200, height: 150).bytes),
        Sample(name: "lossless WebP", bytes: Drawn.WebP(width: 200, height: 150, isLossless: true).bytes),
        Sample(
            name: "WebP with all that it can have",
            bytes: Drawn.WebP(
                width: 200, height: 150, hasAlpha: true, icc: Drawn.profile(DRAW_ADOBE_RGB), orientation: 6, offset: 2
            ).bytes),
    ]

    @Test(arguments: samples, 0..<16)
    func aFileThatWasCutOffNeverGivesAPicture(sample: Sample, sixteenths: Int) throws {
        let count = sample.bytes.count * sixteenths / 16
        let outcome = compress(Array(sample.bytes.prefix(count)), recipe: ImageRecipe())
        let kind = try #require(outcome.failure?.kind)
        #expect([.truncated, .empty, .corrupt, .notAnImage].contains(kind))
        if sixteenths > 3 { #expect(kind == .truncated) }
    }

    @Test(arguments: [true, false])
    func aFileThatWasCutOffBetweenTwoScansIsTruncated(progressive: Bool) {
        let bytes = Drawn.JPEG(progressive: progressive, oneComponentAScan: !progressive).bytes
        let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xff && bytes[$0 + 1] == 0xda }
        #expect(scans.count >= 3)
        for scan in scans.dropFirst() {
            // Between the Huffman table and the scan that uses it.
            let failure = compress(Array(bytes[..<scan]), recipe: ImageRecipe()).failure
            #expect(failure?.kind == .truncated)
        }
    }

    @Test(arguments: samples)
    func onlyTheEndMarkerMayBeMissing(sample: Sample) throws {
        // A WebP has none.
        guard !sample.name.contains("arithmetic"), !sample.name.contains("WebP") else { return }
        let isPNG = sample.name.contains("PNG")
        let cut = Array(sample.bytes.dropLast(isPNG ? 12 : sample.name.contains("GIF") ? 1 : 2))
        let found = try Pixels(compress(cut, recipe: ImageRecipe()).image().bytes)
        let wanted = try Pixels(compress(sample.bytes, recipe: ImageRecipe()).image().bytes)
        #expect(found.meanDifference(channels: 4) { wanted[$0, $1] } == 0)
    }

    @Test(arguments: samples)
    func junkAfterTheEndIsDropped(sample: Sample) throws {
        let junk = Array("<script>alert(1)</script>".utf8)
        let image = try compress(sample.bytes + junk, recipe: ImageRecipe(jpegQuality: 95)).image()
        #expect(FileParts.isBare(image.bytes))
        #expect(!String(decoding: image.bytes, as: UTF8.self).contains("script"))
    }

    @Test func junkBetweenHeaderSegmentsIsHarmless() throws {
        var bytes = Drawn.JPEG().bytes
        bytes.insert(contentsOf: [1, 2, 3, 4, 5], at: 20)
        _ = try compress(bytes, recipe: ImageRecipe()).image()
    }

    @Test(arguments: [0, 1, 4, 9, 10, 15])
    func aBrokenEXIFBlockIsHarmless(at offset: Int) throws {
        var bytes = Drawn.JPEG(orientation: 6).bytes
        let exif = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("Exif\0\0".utf8)) })
        bytes[exif + 6 + offset] = 0xee
        _ = try compress(bytes, recipe: ImageRecipe()).image()
    }

    @Test func aWrongChecksumCountsOnlyWhereItGuardsPixels() throws {
        let source = Drawn.PNG(text: "ancillary").bytes
        func damaged(_ chunk: String) throws -> [UInt8] {
            var bytes = source
            let name = try #require(bytes.indices.first { bytes[$0...].starts(with: Array(chunk.utf8)) })
            let count = bytes[name - 4..<name].reduce(0) { $0 << 8 | Int($1) }
            bytes[name + 4 + count] ^= 1
            return bytes
        }
        for critical in ["IHDR", "IDAT", "IEND"] {
            #expect(try compress(damaged(critical), recipe: ImageRecipe()).failure?.kind == .corrupt)
        }
        _ = try compress(damaged("tEXt"), recipe: ImageRecipe()).image()
    }

    @Test(arguments: samples)
    func flippedBytesNeverCrash(sample: Sample) {
        var random = SeededGenerator(seed: UInt64(sample.bytes.count))
        for _ in 0..<400 {
            var bytes = sample.bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            let outcome = compress(bytes, recipe: ImageRecipe(maxSide: .random(in: 1...220, using: &random)))
            guard case .success(let image) = outcome.result else {
                #expect(outcome.failure?.kind != .internal)
                continue
            }
            for rendition in image.renditions {
                #expect(rendition.bytes.count <= bytes.count)
                #expect(FileParts.isBare(rendition.bytes))
            }
        }
    }

    @Test(arguments: samples)
    func flippedHeaderBytesNeverCrash(sample: Sample) {
        var random = SeededGenerator(seed: 7)
        for at in 0..<min(sample.bytes.count, 700) {
            var bytes = sample.bytes
            bytes[at] = .random(in: 0...255, using: &random)
            let outcome = compress(bytes, recipe: ImageRecipe(maxSide: 64))
            #expect(outcome.failure?.kind != .internal)
        }
    }
}
