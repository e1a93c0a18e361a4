import CImagingTestSupport
import Testing

@testable import Imaging

/// A picture read by a decoder that is not the one under test and that refuses any damage.
struct Pixels {
    let width: Int
    let height: Int
    let components: Int
    private let rgba: [UInt8]

    init(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
        var pixels = bytes.withUnsafeBufferPointer { draw_read($0.baseAddress, $0.count) }
        defer { draw_pixels_free(&pixels) }
        _ = try #require(pixels.rgba, "the output cannot be read", sourceLocation: sourceLocation)
        self.width = Int(pixels.width)
        self.height = Int(pixels.height)
        self.components = Int(pixels.components)
        self.rgba = Array(UnsafeBufferPointer(start: pixels.rgba, count: self.width * self.height * 4))
    }

    subscript(x: Int, y: Int) -> [Int] {
        self.rgba[((y * self.width + x) * 4)...].prefix(4).map(Int.init)
    }

    /// The mean difference per channel and pixel between this and what `expected` gives for each place, of every
    /// `step`th row and column.
    func meanDifference(
        channels: Int = 3, step: Int = 1, from expected: (_ x: Int, _ y: Int) -> [Int]
    ) -> Double {
        var sum = 0
        var count = 0
        for y in stride(from: 0, to: self.height, by: step) {
            for x in stride(from: 0, to: self.width, by: step) {
                let found = self[x, y]
                let wanted = expected(x, y)
                for c in 0..<channels { sum += abs(found[c] - wanted[c]) }
                count += channels
            }
        }
        return Double(sum) / Double(count)
    }
}

extension ImageOutcome {
    var failure: CodecFailure? {
        if case .failure(let failure) = self.result { return failure }
        return nil
    }

    /// The first rendition.
    func image(sourceLocation: SourceLocation = #_sourceLocation) throws -> EncodedRendition {
        if case .failure(let failure) = self.result {
            Issue.record("no output: \(failure)", sourceLocation: sourceLocation)
        }
        return try #require(self.result.get().renditions.first, sourceLocation: sourceLocation)
    }
}
