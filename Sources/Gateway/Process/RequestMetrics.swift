import HTTPMessages
import Synchronization
import Telemetry

/// Counts requests by method, route and class of status, and measures how long they take.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: HTTPMethod
        let template: String?
        let statusClass: Int
    }

    private let metrics: Metrics
    private let counters = Mutex<[Key: Counter]>([:])
    private let duration: Histogram

    init(_ metrics: Metrics) {
        self.metrics = metrics
        duration = metrics.histogram("warelog_http_request_duration_seconds", "Time from request to answer.")
    }

    /// `template` is the route's; nil if the request names none.
    func record(_ method: HTTPMethod, _ template: String?, _ status: HTTPStatus, _ duration: Duration) {
        // Clients choose the names of other methods: no label may hold them.
        let method = if case .other = method { HTTPMethod.other("OTHER") } else { method }
        let key = Key(method: method, template: template, statusClass: status.code / 100)
        counters.withLock { counters in
            if let counter = counters[key] { return counter }
            let counter = metrics.counter(
                "warelog_http_requests_total", "Requests answered.",
                ["method": method.description, "route": template ?? "", "status": "\(key.statusClass)xx"])
            counters[key] = counter
            return counter
        }.increment()
        self.duration.record(duration)
    }
}
