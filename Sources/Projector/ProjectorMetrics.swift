import Events
import Kafka
import ReadModel
import Telemetry

/// The metrics of the projector.
struct ProjectorMetrics: Sendable {
    private let events: Counter
    private let voided: Counter
    private let skipped: Counter
    private let quarantined: Counter
    private let freshness: Gauge

    init(_ metrics: Metrics) {
        events = metrics.counter("warelog_projector_records_total", "Records of the log that were processed.")
        voided = metrics.counter("warelog_projector_voided_total", "Events that the fold voided.")
        skipped = metrics.counter(
            "warelog_projector_unknown_types_total", "Events whose type this version does not know.")
        quarantined = metrics.counter("warelog_projector_quarantined_total", "Records put into quarantine.")
        freshness = metrics.gauge(
            "warelog_projector_freshness_milliseconds", "Age of the newest event when its rows were committed.")
    }

    func record(_ batch: Batch, now: Timestamp) {
        events.increment(by: batch.records.count)
        voided.increment(by: batch.voided)
        skipped.increment(by: batch.skipped)
        quarantined.increment(by: batch.changes.quarantined.count)
        if let newest = batch.records.map(\.timestamp).max() { freshness.set(Int(max(0, now.milliseconds - newest))) }
    }
}
