import Kafka
import ReadModel
import Service
import Telemetry

/// Counts the records that a process puts into quarantine, and stops the process when they are too many.
struct QuarantineLimit {
    private let log: Log
    private let limit: Int
    private var count = 0

    init(_ limit: Int, log: Log) {
        self.limit = limit
        self.log = log
    }

    /// Throws `TooMuchQuarantined` when `records` exceed the limit.
    mutating func add(_ records: [QuarantineRow]) throws {
        for poison in records {
            log.error(
                "record quarantined",
                [
                    "topic": poison.record.topicPartition.topic, "partition": poison.record.topicPartition.partition,
                    "offset": poison.record.offset, "reason": poison.reason,
                ])
        }
        count += records.count
        if count > limit { throw TooMuchQuarantined(limit: limit) }
    }
}

/// So many records cannot be folded that the fault is probably in this program.
struct TooMuchQuarantined: Error, CustomStringConvertible {
    let limit: Int
    var description: String {
        "more than \(limit) records went into quarantine, so the projector has stopped: look at the newest ones "
            + "before you start it again, and raise QUARANTINE_LIMIT if they really cannot be folded"
    }
}
