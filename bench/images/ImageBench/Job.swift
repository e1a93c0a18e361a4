import CImageBench
import CImaging
import Imaging

/// One picture and the operation to measure on it.
struct Job {
    enum Operation: String {
        /// Everything that a worker does.
        case compress
        /// Encodes the pixels of a PNG again without loss, by our encoder and by libpng.
        case png, libpng
    }

    struct Done {
        var cpuMicroseconds: UInt64
        var width: UInt32
        var height: UInt32
        var format: String
        var kept: String
        var bytes: [UInt8]
    }

    var operation: Operation
    var recipe: ImageRecipe
    var source: [UInt8] = []

    /// Parses `OPERATION QUALITY MAX_SIDE COUNT`. Nil for anything else.
    static func parse(_ header: String) -> (job: Job, count: Int)? {
        let fields = header.split { $0 == " " || $0 == "\n" }
        guard fields.count == 4, let operation = Operation(rawValue: String(fields[0])), let quality = UInt8(fields[1]),
            let maxSide = UInt32(fields[2]), let count = Int(fields[3]), count >= 0
        else { return nil }
        // One rendition, which is what the other encoders make.
        let full = RenditionRecipe(name: RenditionRecipe.full.name, maxSide: maxSide)
        var recipe = ImageRecipe(renditions: [full], jpegQuality: quality)
        recipe.limits.bytes = UInt64(count)
        return (Job(operation: operation, recipe: recipe), count)
    }

    /// Nil when there is no output.
    func run() -> Done? {
        switch self.operation {
        case .compress: self.compressed()
        case .png: self.coded(by: bench_png)
        case .libpng: self.coded(by: bench_libpng)
        }
    }

    private func compressed() -> Done? {
        let begun = img_cpu_microseconds()
        let outcome = compress(self.source, recipe: self.recipe)
        let taken = img_cpu_microseconds() - begun
        guard case .success(let made) = outcome.result, let image = made.renditions.first else { return nil }
        return Done(
            cpuMicroseconds: taken, width: image.size.width, height: image.size.height,
            format: image.encoding.rawValue, kept: image.kept.rawValue, bytes: image.bytes)
    }

    private func coded(
        by code: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<bench_coded>?) -> Bool
    ) -> Done? {
        var coded = bench_coded()
        guard self.source.withUnsafeBufferPointer({ code($0.baseAddress, $0.count, &coded) }) else { return nil }
        defer { bench_coded_free(&coded) }
        return Done(
            cpuMicroseconds: coded.cpu_microseconds, width: coded.width, height: coded.height, format: "png", kept: "",
            bytes: Array(UnsafeBufferPointer(start: coded.bytes, count: coded.count)))
    }
}
