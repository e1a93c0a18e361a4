import Synchronization
import Telemetry

/// Bounds the concurrent writes of the process: their number, and the total size of their bodies. A write beyond a
/// bound is refused at once, so that reads are not affected.
final class WriteAdmission: Sendable {
    private struct InFlight {
        var writes = 0
        var bytes = 0
    }

    private let maximumWrites: Int
    private let maximumBytes: Int
    private let inFlight = Mutex(InFlight())
    private let writesGauge: Gauge
    private let bytesGauge: Gauge
    private let refusals: Counter

    init(maximumWrites: Int, maximumBytes: Int, _ metrics: Metrics) {
        self.maximumWrites = maximumWrites
        self.maximumBytes = maximumBytes
        writesGauge = metrics.gauge("warelog_writes_in_flight", "Writes that are not answered yet.")
        bytesGauge = metrics.gauge(
            "warelog_write_bytes_in_flight", "Declared or maximum size of the bodies of writes in flight.")
        refusals = metrics.counter("warelog_writes_refused_total", "Writes refused because too many were in flight.")
    }

    /// Runs `write`, whose body has at most `bytes` bytes and has not been read yet. Throws at once if there is no
    /// place.
    func withPlace<Value>(for bytes: Int, _ write: () async throws -> Value) async throws -> Value {
        guard take(bytes) else {
            refusals.increment()
            throw Problem(.overloaded, "Too many concurrent writes.", headers: ["Retry-After": "1"])
        }
        defer { giveBack(bytes) }
        return try await write()
    }

    private func take(_ bytes: Int) -> Bool {
        inFlight.withLock { inFlight in
            guard inFlight.writes < maximumWrites, bytes <= maximumBytes - inFlight.bytes else { return false }
            inFlight.writes += 1
            inFlight.bytes += bytes
            report(inFlight)
            return true
        }
    }

    private func giveBack(_ bytes: Int) {
        inFlight.withLock { inFlight in
            inFlight.writes -= 1
            inFlight.bytes -= bytes
            report(inFlight)
        }
    }

    private func report(_ inFlight: InFlight) {
        writesGauge.set(inFlight.writes)
        bytesGauge.set(inFlight.bytes)
    }
}
