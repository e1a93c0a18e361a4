import Kafka
import ReadModel
import Telemetry

/// The metrics of the projector.
struct ProjectorMetrics: Sendable {
    private let events: Counter
    private let voided: Counter
    private let skipped: Counter
    private let quarantined: Counter

    init(_ metrics: Metrics) {
        events = metrics.counter("warelog_projector_records_total", "Records of the log that were processed.")
        voided = metrics.counter("warelog_projector_voided_total", "Events that the fold voided.")
        skipped = metrics.counter(
            "warelog_projector_unknown_types_total", "Events whose type this version does not know.")
        quarantined = metrics.counter("warelog_projector_quarantined_total", "Records put into quarantine.")
    }

    func record(_ batch: Batch) {
        events.increment(by: batch.records.count)
        voided.increment(by: batch.voided)
        skipped.increment(by: batch.skipped)
        quarantined.increment(by: batch.changes.quarantined.count)
    }
}
