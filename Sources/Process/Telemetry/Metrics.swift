import Synchronization

/// The metrics of a process, in Prometheus' text format (exposition format 0.0.4).
package final class Metrics: Sendable {
    private let families = Mutex<[Family]>([])

    private struct Family: Sendable {
        let name: String
        let help: String
        let type: String
        var series: [any MetricSeries]
    }

    package init() {}

    /// Registers a count that only grows. The same name with other labels is another series of the same family.
    package func counter(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> Counter {
        register(Counter(Self.format(labels)), name, help, "counter")
    }

    package func gauge(_ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]) -> Gauge {
        register(Gauge(Self.format(labels)), name, help, "gauge")
    }

    /// Registers a distribution of durations. The text gives them in seconds.
    package func histogram(
        _ name: String, _ help: String, _ labels: KeyValuePairs<String, String> = [:]
    ) -> Histogram {
        register(Histogram(Self.format(labels)), name, help, "histogram")
    }

    package var text: String {
        families.withLock { families in
            var text = ""
            for family in families {
                text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n"
                for series in family.series { series.write(name: family.name, to: &text) }
            }
            return text
        }
    }

    private func register<Series: MetricSeries>(
        _ series: Series, _ name: String, _ help: String, _ type: String
    ) -> Series {
        families.withLock { families in
            if let index = families.firstIndex(where: { $0.name == name }) {
                families[index].series.append(series)
            } else {
                families.append(Family(name: name, help: help, type: type, series: [series]))
            }
        }
        return series
    }

    /// Needs no escapes, because the values are routes and statuses, and no data from outside.
    private static func format(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
    }
}

protocol MetricSeries: Sendable {
    func write(name: String, to text: inout String)
}

package final class Counter: MetricSeries {
    private let labels: String
    private let count = Atomic<Int>(0)

    init(_ labels: String) { self.labels = labels }

    package var value: Int { count.load(ordering: .relaxed) }
    package func increment(by amount: Int = 1) { count.wrappingAdd(amount, ordering: .relaxed) }

    func write(name: String, to text: inout String) {
        text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
    }
}

package final class Gauge: MetricSeries {
    private let labels: String
    private let current = Atomic<Int>(0)

    init(_ labels: String) { self.labels = labels }

    package var value: Int { current.load(ordering: .relaxed) }
    package func set(_ value: Int) { current.store(value, ordering: .relaxed) }
    package func add(_ amount: Int) { current.wrappingAdd(amount, ordering: .relaxed) }

    func write(name: String, to text: inout String) {
        text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
    }
}

package final class Histogram: MetricSeries {
    /// Upper bounds in microseconds, from 0.1 ms to 60 s. Each is about two and a half times the one before.
    private static let bounds = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        5_000_000, 10_000_000, 30_000_000, 60_000_000,
    ]

    private struct State {
        var buckets = [Int](repeating: 0, count: Histogram.bounds.count + 1)
        var sum = 0
    }

    private let labels: String
    private let state = Mutex(State())

    init(_ labels: String) { self.labels = labels }

    package func record(_ duration: Duration) {
        let microseconds =
            Int(duration.components.seconds) * 1_000_000
            + Int(duration.components.attoseconds / 1_000_000_000_000)
        let bucket = Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.buckets[bucket] += 1
            state.sum += microseconds
        }
    }

    func write(name: String, to text: inout String) {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : "\(labels),"
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        var total = 0
        for (bound, count) in zip(Self.bounds, state.buckets) {
            total += count
            text += "\(name)_bucket{\(prefix)le=\"\(Double(bound) / 1_000_000)\"} \(total)\n"
        }
        total += state.buckets[Self.bounds.count]
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(total)\n"
        text += "\(name)_sum\(braces) \(Double(state.sum) / 1_000_000)\n\(name)_count\(braces) \(total)\n"
    }
}
