import Synchronization
import Telemetry

/// How much may be in hand at once of what changes something, over all loops of the process: a number of requests, and of
/// the bytes of their bodies. Whatever is beyond it is refused at once, so that reads go on.
final class WriteAdmission: Sendable {
    private struct InHand {
        var writes = 0
        var bytes = 0
    }

    private let maximumWrites: Int
    private let maximumBytes: Int
    private let inHand = Mutex(InHand())
    private let writesGauge: Gauge
    private let bytesGauge: Gauge
    private let refusals: Counter

    init(maximumWrites: Int, maximumBytes: Int, _ metrics: Metrics) {
        self.maximumWrites = maximumWrites
        self.maximumBytes = maximumBytes
        writesGauge = metrics.gauge("warelog_writes_in_hand", "Writes whose answer has not been given.")
        bytesGauge = metrics.gauge("warelog_write_bytes_in_hand", "What their bodies have, or may come to have.")
        refusals = metrics.counter("warelog_writes_refused_total", "Writes refused because of too many in hand.")
    }

    /// Runs `write`, whose body has at most so many `bytes`, and none of which has been read yet; or throws at once.
    func withPlace<Value>(for bytes: Int, _ write: () async throws -> Value) async throws -> Value {
        guard take(bytes) else {
            refusals.increment()
            throw Problem(.overloaded, "As many writes are in hand as can be.", headers: ["Retry-After": "1"])
        }
        defer { giveBack(bytes) }
        return try await write()
    }

    private func take(_ bytes: Int) -> Bool {
        inHand.withLock { inHand in
            guard inHand.writes < maximumWrites, bytes <= maximumBytes - inHand.bytes else { return false }
            inHand.writes += 1
            inHand.bytes += bytes
            report(inHand)
            return true
        }
    }

    private func giveBack(_ bytes: Int) {
        inHand.withLock { inHand in
            inHand.writes -= 1
            inHand.bytes -= bytes
            report(inHand)
        }
    }

    private func report(_ inHand: InHand) {
        writesGauge.set(inHand.writes)
        bytesGauge.set(inHand.bytes)
    }
}
