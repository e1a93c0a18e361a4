import Foundation
import Testing

@testable import Imaging

/// What `make fuzz-images` begins with, and what it once found. In this process, where a trap ends the run.
struct FuzzCorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fuzz/corpus", isDirectory: true)

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []).sorted()

    static func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appendingPathComponent(file)))
    }

    @Test func theCorpusIsThere() {
        #expect(Self.files.count > 30)
    }

    @Test(arguments: Self.files)
    func everyFileComesOutOrIsRefused(file: String) throws {
        let source = try Self.bytes(file)
        let outcome = compress(source, recipe: ImageRecipe())
        switch outcome.result {
        case .success(let image):
            for rendition in image.renditions { #expect(rendition.bytes.count <= source.count) }
        case .failure(let failure):
            // What was drawn for the decoders is whole; what is decoded by none of them is not for this test.
            let isDrawn = ["jpeg-", "png-", "webp-", "gif"].contains { file.hasPrefix($0) }
            #expect(!isDrawn || failure.kind == .notSmaller, "\(failure)")
        }
    }
}
