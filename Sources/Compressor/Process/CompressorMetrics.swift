import Events
import Telemetry

/// What the compressor tells about its work.
struct CompressorMetrics: Sendable {
    private let compressedImages: Counter
    private let failedImages: Counter
    private let sourceBytes: Counter
    private let outputBytes: Counter
    private let duration: Histogram

    init(_ metrics: Metrics) {
        let images = "warelog_compressor_images_total"
        compressedImages = metrics.counter(images, "Images answered.", ["result": "compressed"])
        failedImages = metrics.counter(images, "Images answered.", ["result": "failed"])
        sourceBytes = metrics.counter(
            "warelog_compressor_source_bytes_total", "Bytes of the compressed images' sources.")
        outputBytes = metrics.counter("warelog_compressor_output_bytes_total", "Bytes of the compressed images.")
        duration = metrics.histogram("warelog_compressor_image_duration_seconds", "From download to answer.")
    }

    func compressed(_ image: CompressedImage, _ duration: Duration) {
        compressedImages.increment()
        sourceBytes.increment(by: image.source.bytes)
        outputBytes.increment(by: image.renditions.reduce(0) { $0 + $1.bytes })
        self.duration.record(duration)
    }

    func failed() { failedImages.increment() }
}
