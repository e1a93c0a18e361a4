import Events
import Telemetry

/// The compressor's metrics.
struct CompressorMetrics: Sendable {
    private let compressedImages: Counter
    private let failedImages: Counter
    private let sourceBytes: Counter
    private let outputBytes: Counter
    private let duration: Histogram

    init(_ metrics: Metrics) {
        let images = "warelog_compressor_images_total"
        compressedImages = metrics.counter(images, "Images by result.", ["result": "compressed"])
        failedImages = metrics.counter(images, "Images by result.", ["result": "failed"])
        sourceBytes = metrics.counter(
            "warelog_compressor_source_bytes_total", "Bytes of the sources of compressed images.")
        outputBytes = metrics.counter("warelog_compressor_output_bytes_total", "Bytes of the compressed images.")
        duration = metrics.histogram("warelog_compressor_image_duration_seconds", "Time from download to answer.")
    }

    func compressed(_ image: CompressedImage, _ duration: Duration) {
        compressedImages.increment()
        sourceBytes.increment(by: image.source.bytes)
        outputBytes.increment(by: image.renditions.reduce(0) { $0 + $1.bytes })
        self.duration.record(duration)
    }

    func failed() { failedImages.increment() }
}
