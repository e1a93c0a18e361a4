import Kafka

extension KafkaError {
    var isTimeout: Bool { ["_TIMED_OUT", "_MSG_TIMED_OUT", "REQUEST_TIMED_OUT"].contains(name) }

    /// The producer's queue is full; the record was not accepted.
    var isQueueFull: Bool { name == "_QUEUE_FULL" }

    /// The log does not have the requested offset.
    var isMissingOffset: Bool { ["_AUTO_OFFSET_RESET", "OFFSET_OUT_OF_RANGE", "_LOG_TRUNCATION"].contains(name) }

    var isUnknownTopic: Bool {
        ["UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "UNKNOWN_TOPIC_ID"].contains(name)
    }

    var isCancellation: Bool { name == "_INTR" }

    /// The client is closed, or was closed during the call.
    var isClosed: Bool { name == "_DESTROY" }
}
