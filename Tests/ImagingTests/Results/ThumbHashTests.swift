import Foundation
import Testing

@testable import Imaging

/// Against npm's `thumbhash` 0.1.1, the reference implementation, given the same pixels: those that Pillow makes of the
/// file (`Image.open(file).convert("RGBA").tobytes()`), in
/// `Buffer.from(rgbaToThumbHash(width, height, pixels)).toString("base64")`.
@Suite struct ThumbHashTests {
    private static let hashes = [
        ("png-1.png", "GwgSBYCTd3dwd3iIh1iHhwAAAAAA"),
        ("png-rgb.png", "G1kOHZiAZndxd4h4h1iHh1SgJfM3"),
        ("png-rgba.png", "mrmGC4o3spiAiopXoHHmBwikiIhliIc="),
        ("png-gray-alpha.png", "GgiGA4A3pIiAiooAAAAAAAikiIhliIc="),
        ("png-palette-transparent.png", "WomKG5AegHiAd3gioCXyNYKr30gxx0s="),
        ("png-rgb-transparent.png", "3BiOG5grcGZwd3aSoAr3d/Vrh4ifg3g="),
        ("gif-transparent.gif", "WnmKE5YegXdwd3gRoCT0J4/DP7d4GPw="),
        ("webp-lossless.webp", "mrmGC4o3spiAiopXoHHmBwikiIhliIc="),
    ]

    @Test(arguments: Self.hashes)
    func itIsTheReferences(file: String, hash: String) throws {
        #expect(try self.hash(FuzzCorpusTests.bytes(file), maxSide: 100) == hash)
    }

    private static let shrunk = [
        ("png-product-rgba-2160.png", "onOBBQAjllyKZIT4hoeIj8f3B4iHiIKLaA=="),
        ("png-screenshot-text.png", "/vcBBoBCUHqXmIg0dFmIaDG3MdsQwg0="),
        ("png-product-palette-trns.png", "WhqDBII0ZYylO4YJVEkHlmOAcGiHOLeIBg=="),
        ("png-rgb16.png", "XRgGJQTYiXh4+GiHeHmGd/Z4f4/3"),
    ]

    /// Shrunk by us to the size that the reference asks for.
    @Test(.enabled(if: !SharedImages.rows.isEmpty, "there are no shared images"), arguments: Self.shrunk)
    func aLargePictureIsShrunkFirst(file: String, hash: String) throws {
        #expect(try self.hash(SharedImages.bytes(file), maxSide: 2048) == hash)
    }

    private func hash(_ bytes: [UInt8], maxSide: UInt32) throws -> String {
        let hash = try withImageSource(bytes, limits: ImageLimits()) { source throws(CodecFailure) in
            try source.decode(maxSide: maxSide).thumbHash()
        }
        return Data(hash).base64EncodedString()
    }
}
