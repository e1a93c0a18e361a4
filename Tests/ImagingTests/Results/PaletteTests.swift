import CImagingTestSupport
import Testing

@testable import Imaging

@Suite(.timeLimit(.minutes(20)))
struct PaletteTests {
    /// The sum of so many samples of 255 needs more than 32 bits.
    @Test func aLargeAreaOfOneColourKeepsIt() throws {
        let bytes = Drawn.PNG(width: 4200, height: 4100, flat: [255, 255, 255], drawnFirstRow: true).bytes
        let png = try withImageSource(bytes, limits: ImageLimits()) { source throws(CodecFailure) in
            try source.decode(maxSide: 4200).png(colours: 64, maxCount: .max >> 1)
        }
        let pixels = try Pixels(#require(png))
        #expect(pixels[2000, 2000] == [255, 255, 255, 255])
    }
}
