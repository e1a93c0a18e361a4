import Foundation
import Testing

@testable import Imaging

/// The sample pictures beside the repository and their MANIFEST.tsv.
enum SharedImages {
    enum Expectation {
        case compressed
        /// Nil: any reason.
        case refused(CodecFailure.Kind?)
        case either
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var path: String
        var format: String
        var expected: String
        var testDescription: String { self.path }

        var bytes: [UInt8] {
            get throws { try SharedImages.bytes(self.path) }
        }

        var expectation: Expectation {
            if ["SVG", "TIFF", "BMP", "HTML"].contains(self.format) { return .refused(.unsupportedFormat) }
            switch self.expected {
            case "compressed": return .compressed
            case "rejected": return .refused(nil)
            case let ifDecoded where ifDecoded.hasPrefix("compressed-if-decoder-built"):
                let isOptional = ["AVIF", "HEIC"].contains(self.format)
                return isOptional && !Drawn.hasHEIF ? .refused(.unsupportedFormat) : .compressed
            default: return .either
            }
        }
    }

    private static let folder: URL = {
        if let set = ProcessInfo.processInfo.environment["WARELOG_SHARED_IMAGES"] {
            return URL(fileURLWithPath: set, isDirectory: true)
        }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("../shared/images", isDirectory: true).standardized
    }()

    static let rows: [Row] = ["", "bad/"].flatMap { prefix -> [Row] in
        let manifest = Self.folder.appendingPathComponent(prefix + "MANIFEST.tsv")
        guard let text = try? String(contentsOf: manifest, encoding: .utf8) else { return [] }
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        return lines.dropFirst().filter { $0.count > 4 }.map {
            Row(path: prefix + $0[0], format: String($0[1]), expected: String($0[4]))
        }
    }

    static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: self.folder.appendingPathComponent(path).path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: self.folder.appendingPathComponent(path)))
    }

    struct Colours: CustomTestStringConvertible, Sendable {
        var file: String
        var cells: [[Int]]
        var testDescription: String { self.file }
    }

    static let colours = (Self.allColours + Self.oriented).filter {
        Self.has($0.file) && (Drawn.hasHEIF || !$0.file.hasSuffix(".avif"))
    }

    /// Each of the eight files, turned upright by Pillow.
    private static let oriented: [Colours] = (1...8).map {
        Colours(
            file: "jpeg-exif-orientation-\($0).jpg",
            cells: [
                [152, 186, 231], [156, 190, 232], [137, 174, 215], [81, 91, 104],
                [135, 159, 184], [109, 137, 165], [75, 86, 101], [78, 80, 84],
                [95, 115, 130], [85, 98, 104], [96, 104, 114], [75, 73, 71],
                [75, 88, 89], [67, 79, 89], [119, 148, 178], [36, 44, 52],
            ])
    }

    private static let allColours: [Colours] = [
        Colours(
            file: "jpeg-cmyk-ycck-swop.jpg",
            cells: [
                [115, 115, 114], [126, 126, 125], [106, 109, 108], [124, 128, 129],
                [109, 109, 99], [105, 108, 101], [87, 91, 89], [108, 109, 100],
                [114, 137, 84], [112, 133, 91], [103, 105, 96], [167, 175, 154],
                [118, 125, 105], [123, 131, 127], [138, 140, 142], [179, 179, 179],
            ]),
        Colours(
            file: "jpeg-adobergb-icc-xmp.jpg",
            cells: [
                [122, 121, 120], [142, 140, 140], [143, 139, 140], [130, 129, 131],
                [121, 117, 117], [151, 146, 144], [151, 145, 130], [132, 130, 132],
                [119, 115, 109], [138, 135, 130], [140, 135, 126], [129, 127, 129],
                [107, 105, 103], [125, 123, 123], [130, 129, 130], [118, 117, 119],
            ]),
        Colours(
            file: "avif-1024x770-grid.avif",
            cells: [
                [175, 174, 170], [93, 94, 95], [99, 59, 23], [68, 41, 22],
                [149, 151, 144], [129, 132, 135], [138, 131, 135], [102, 81, 57],
                [123, 123, 118], [52, 56, 70], [49, 55, 78], [48, 52, 52],
                [103, 111, 116], [49, 61, 86], [119, 114, 106], [63, 61, 52],
            ]),
        Colours(
            file: "webp-lossy.webp",
            cells: [
                [117, 184, 234], [179, 229, 246], [197, 230, 243], [171, 217, 235],
                [27, 56, 86], [46, 106, 158], [38, 97, 155], [54, 87, 112],
                [16, 28, 38], [43, 79, 91], [30, 61, 71], [45, 58, 50],
                [21, 31, 39], [73, 82, 76], [32, 42, 32], [18, 27, 19],
            ]),
        Colours(
            file: "gif-static-800x533.gif",
            cells: [
                [122, 136, 94], [124, 137, 89], [125, 137, 90], [117, 128, 87],
                [125, 136, 100], [141, 149, 116], [159, 158, 135], [167, 169, 163],
                [133, 137, 139], [119, 118, 127], [95, 105, 117], [117, 121, 122],
                [151, 154, 153], [141, 140, 124], [142, 143, 110], [128, 132, 98],
            ]),
        Colours(
            file: "png-rgb16.png",
            cells: [
                [171, 144, 107], [150, 133, 116], [143, 126, 112], [176, 147, 108],
                [126, 116, 110], [67, 78, 112], [68, 79, 105], [145, 130, 111],
                [140, 125, 108], [66, 77, 109], [94, 94, 101], [117, 104, 92],
                [173, 149, 115], [130, 120, 113], [147, 133, 113], [158, 136, 103],
            ]),
        Colours(
            file: "png-p3-icc-colour-bars.png",
            cells: [
                [252, 198, 239], [198, 221, 255], [187, 255, 215], [249, 237, 195],
                [241, 35, 194], [60, 129, 255], [23, 255, 101], [233, 185, 26],
                [196, 0, 141], [18, 73, 207], [7, 204, 56], [183, 130, 0],
                [52, 0, 36], [2, 18, 55], [0, 54, 13], [48, 33, 0],
            ]),
    ]
}
