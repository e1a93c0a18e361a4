import Telemetry

/// How many requests were answered with what, and how long it took.
struct RequestMetrics: Sendable {
    private let byClass: [Counter]
    private let duration: Histogram

    init(_ metrics: Metrics) {
        byClass = (1...5).map { status in
            metrics.counter("warelog_http_requests_total", "Requests answered.", ["status": "\(status)xx"])
        }
        duration = metrics.histogram("warelog_http_request_duration_seconds", "From request to answer.")
    }

    func record(_ status: Int, _ duration: Duration) {
        if byClass.indices.contains(status / 100 - 1) { byClass[status / 100 - 1].increment() }
        self.duration.record(duration)
    }
}
