import CImagingTestSupport
import ImageHeaders
import Testing

@testable import Imaging

/// What the first bytes of a picture say, and that the decoder finds the same in the whole file.
@Suite(.timeLimit(.minutes(20)))
struct HeaderReaderTests {
    private enum Reading: Equatable {
        case header(ImageHeader)
        case fault(ImageHeaderFault)
    }

    private func read(_ bytes: [UInt8], by size: Int? = nil, pixels: Int = 50_000_000) -> Reading {
        var reader = ImageHeaderReader(limits: ImageHeaderLimits(pixels: pixels))
        let size = size ?? max(1, bytes.count)
        do throws(ImageHeaderFault) {
            for start in stride(from: 0, to: bytes.count, by: size) {
                if let header = try reader.feed(Array(bytes[start..<min(start + size, bytes.count)])) {
                    return .header(header)
                }
            }
            throw reader.fault
        } catch {
            return .fault(error)
        }
    }

    private func header(_ format: ImageHeader.Format, _ width: Int, _ height: Int) -> Reading {
        .header(ImageHeader(format: format, width: width, height: height))
    }

    private static let jpeg = Drawn.JPEG(width: 70, height: 30).bytes
    private static let png = Drawn.PNG(width: 70, height: 30).bytes
    private static let gif = Drawn.GIF(width: 70, height: 30).bytes
    private static let webp = Drawn.WebP(width: 70, height: 30).bytes
    /// From the corpus of the fuzzers: nothing here writes AVIF.
    private static let avif = (try? FuzzCorpusTests.bytes("avif.avif")) ?? []
    /// The brands make the difference, as far as a header goes.
    private static let heic = [UInt8](
        avif[..<8] + Array("mif1".utf8) + avif[12..<16] + Array("heic".utf8) + avif[20...])
    private static let pictures = drawn + [avif, heic]
    private static let gifInComments: [UInt8] = {
        var gif = Drawn.GIF(width: 12, height: 9)
        gif.palette = Array(gif.palette.prefix(4))
        gif.frames[0].pixels = gif.frames[0].pixels.map { $0 % 4 }
        gif.comment = String(repeating: "a comment, ", count: 60)
        return gif.bytes
    }()
    private static let gifWiderThanItsScreen: [UInt8] = {
        var gif = Drawn.GIF(width: 30, height: 20)
        (gif.width, gif.height) = (3, 2)
        gif.frames[0].x = 5
        return gif.bytes
    }()
    private static let drawn: [[UInt8]] = [
        jpeg, png, Drawn.JPEG(width: 3, height: 5, space: DRAW_GRAY, progressive: true).bytes,
        Drawn.JPEG(width: 9, height: 8, arithmetic: true, orientation: 6).bytes,
        Drawn.JPEG(width: 9, height: 8, icc: Drawn.profile(DRAW_ADOBE_RGB), comment: "c").bytes,
        Drawn.PNG(width: 4, height: 3, colourType: 3, interlaced: true).bytes,
        Drawn.PNG(width: 4, height: 3, depth: 16).bytes,
        gif, gifInComments, gifWiderThanItsScreen, webp,
        Drawn.WebP(width: 50, height: 40, isLossless: true, hasAlpha: true).bytes,
        Drawn.WebP(width: 50, height: 40, hasAlpha: true, orientation: 6, frames: 2, offset: 8).bytes,
    ]

    /// As the decoder sees it: the sides as they are stored.
    private func decoded(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) -> Result<[Int], CodecFailure> {
        do throws(CodecFailure) {
            return .success(
                try withImageSource(bytes, limits: limits) { (source) throws(CodecFailure) in
                    [Int(source.size.width), Int(source.size.height)].sorted()
                })
        } catch {
            return .failure(error)
        }
    }

    @Test func theHeaderSaysWhatThePictureIs() {
        #expect(read(Self.jpeg) == header(.jpeg, 70, 30))
        #expect(read(Self.png) == header(.png, 70, 30))
        #expect(read(Self.gif) == header(.gif, 70, 30))
        #expect(read(Self.gifWiderThanItsScreen) == header(.gif, 35, 20))
        #expect(read(Self.webp) == header(.webp, 70, 30))
        for picture in Self.drawn {
            guard case .header(let header) = read(picture) else {
                Issue.record("\(read(picture))")
                continue
            }
            #expect((try? decoded(picture).get()) == [header.width, header.height].sorted())
        }
    }

    /// The place of the box that describes the pictures.
    private static let description = 32

    @Test func theHeaderOfAnAVIFOrHEICIsFoundWhereverItIs() {
        #expect(read(Self.avif) == header(.avif, 24, 16))
        #expect(read(Self.heic) == header(.heic, 24, 16))
        let (start, end) = (Self.avif[..<Self.description], Self.avif[Self.description...])
        let boxes: [[UInt8]] = [
            [0, 0, 0x13, 0x88] + Array("mdat".utf8) + [UInt8](repeating: 7, count: 4992),
            [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 0, 17, 7], [0, 0, 0, 8] + Array("free".utf8),
        ]
        for box in boxes {
            for size in [nil, 1, 100] { #expect(read(start + box + end, by: size) == header(.avif, 24, 16)) }
        }
        if Drawn.hasHEIF { #expect((try? decoded(Self.avif).get()) == [16, 24]) }
    }

    @Test func howTheBytesComeChangesNothing() {
        for picture in Self.pictures {
            for size in [1, 2, 3, 7, 100] { #expect(read(picture, by: size) == read(picture)) }
        }
    }

    @Test func everyBeginningOfAPictureIsReadOrRefused() {
        for picture in Self.pictures {
            let whole = read(picture)
            var isKnown = false
            for count in 0...min(picture.count, 2000) {
                let reading = read(Array(picture[..<count]))
                if case .header = reading { isKnown = true }
                // Once enough of it is there, the rest adds nothing.
                #expect((reading == whole) == isKnown)
            }
            #expect(isKnown)
        }
    }

    @Test func damageAnywhereIsReadOrRefused() {
        for picture in Self.pictures {
            for index in 0..<min(picture.count, 700) {
                for value: UInt8 in [0x00, 0x01, 0x7F, 0xFF] {
                    var damaged = picture
                    damaged[index] = value
                    if case .header(let header) = read(damaged) { #expect(header.width > 0 && header.height > 0) }
                }
            }
        }
    }

    /// The brands of an AVIF and the beginning of one more box.
    private static func avif(size: [UInt8], _ type: String) -> [UInt8] {
        Array(avif[..<description]) + size + Array(type.utf8) + [UInt8](repeating: 0, count: 16)
    }

    private static func frame(_ marker: UInt8 = 0xC0, width: [UInt8] = [0, 1], height: [UInt8] = [0, 1]) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, marker, 0, 11, 8] + height + width + [1, 1, 0x11, 0]
    }

    /// With other bytes at one place.
    private static func png(_ index: Int, _ bytes: [UInt8]) -> [UInt8] {
        Array(png[..<index]) + bytes + Array(png[(index + bytes.count)...])
    }

    /// A depth map in XMP takes several megabytes before the frame.
    @Test func anyAmountOfMetadataMayComeFirst() {
        let segment: [UInt8] = [0xFF, 0xE1, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 0xFFFD)
        let bytes = [0xFF, 0xD8] + (0..<80).flatMap { _ in segment } + Self.frame().dropFirst(2)
        for size in [1000, 64 * 1024, bytes.count] { #expect(read(bytes, by: size) == header(.jpeg, 1, 1)) }
    }

    @Test func whatIsBrokenOrAbsurdIsInvalid() {
        let rows: [(what: String, bytes: [UInt8])] = [
            ("nothing", []), ("no frame before the scan", [0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]),
            ("an end before the picture", [0xFF, 0xD8, 0xFF, 0xD9]),
            ("a segment of length 1", [0xFF, 0xD8, 0xFF, 0xE0, 0, 1]),
            ("a short frame", [0xFF, 0xD8, 0xFF, 0xC0, 0, 7, 8, 0, 1, 0, 1]),
            ("no width", Self.frame(width: [0, 0])), ("no height", Self.frame(height: [0, 0])),
            ("a long side", Self.frame(width: [0x75, 0x31])),
            ("many pixels", Self.frame(width: [0x1B, 0x59], height: [0x1B, 0xF8])),
            ("another first chunk", Self.png(12, Array("IDAT".utf8))),
            ("a wrong checksum", Self.png(29, [0, 0, 0, 0])),
            ("nothing but fill bytes", [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 1 << 20)),
            ("a GIF without a frame", Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x3B]),
            ("a GIF of unknown blocks", Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x11]),
            ("a GIF that ends in its header", Array("GIF89a".utf8)),
            ("a WebP without a key frame", Self.webp.replacing(at: 20, 1)),
            ("a WebP of another chunk", Self.webp.replacing(at: 12, 0x58)),
            ("an AVIF without an end of its pixels", Self.avif(size: [0, 0, 0, 0], "mdat")),
            ("an AVIF that describes nothing", Self.avif(size: [0, 0, 0, 12], "meta")),
            ("an AVIF with a long description", Self.avif(size: [0, 16, 0, 1], "meta")),
            ("an AVIF without a primary picture", Self.avif.replacing(at: 90, 2)),
        ]
        for row in rows {
            for size in [nil, 64 * 1024] {
                guard case .fault(.invalid) = read(row.bytes, by: size) else {
                    Issue.record("\(row.what): \(read(row.bytes, by: size))")
                    continue
                }
            }
        }
        #expect(read(Self.frame(width: [0x75, 0x30])) == header(.jpeg, 30_000, 1))
        #expect(read(Self.jpeg, pixels: 70 * 30) == header(.jpeg, 70, 30))
        #expect(read(Self.jpeg, pixels: 70 * 30 - 1) != header(.jpeg, 70, 30))
    }

    @Test func fillBytesAndGarbageBetweenSegmentsAreSkipped() {
        let padded = [0xFF, 0xD8, 0xFF, 0xFF, 0xFF, 0x01, 7, 7] + Self.frame().dropFirst(2)
        for size in 1...3 { #expect(read(padded, by: size) == header(.jpeg, 1, 1)) }
    }

    @Test func whatIsNotDecodedIsUnsupported() {
        let rows: [[UInt8]] = [
            Array("GIF88a".utf8), Array("RIFF....WAVE".utf8), Array("II*\0".utf8), Array("<svg/>".utf8), [0xFF],
            [0xFF, 0xD8], [0xFF, 0xD8, 0], [0x89, 0x50], [0],
            Self.frame(0xC3), Self.frame(0xC5),
        ]
        for bytes in rows {
            guard case .fault(.unsupported) = read(bytes) else {
                Issue.record("\(bytes.prefix(8)): \(read(bytes))")
                continue
            }
        }
    }

    @Test(.enabled(if: !SharedImages.rows.isEmpty, "there are no shared images"), arguments: SharedImages.rows)
    func theDecoderAgrees(_ row: SharedImages.Row) throws {
        let bytes = try row.bytes
        switch (read(bytes), decoded(bytes)) {
        case (.header(let header), .success(let sides)):
            #expect([header.width, header.height].sorted() == sides)
        case (.header(let header), .failure(let failure)):
            // What only a look at the whole file can tell.
            #expect(
                [.corrupt, .truncated, .tooManyScans, .profileTooLarge, .tooManyBytes].contains(failure.kind)
                    || ([.avif, .heic].contains(header.format) && failure.kind == .unsupportedFormat), "\(failure)")
        case (.fault(let fault), .success):
            Issue.record("\(fault)")
        case (.fault(.unsupported), .failure(let failure)):
            #expect([.unsupportedFormat, .unsupportedFeature, .notAnImage].contains(failure.kind), "\(failure)")
        case (.fault(.invalid), .failure(let failure)):
            #expect(![.unsupportedFormat, .notAnImage].contains(failure.kind), "\(failure)")
        }
    }
}

extension [UInt8] {
    fileprivate func replacing(at index: Int, _ value: UInt8) -> [UInt8] {
        var bytes = self
        bytes[index] = value
        return bytes
    }
}
