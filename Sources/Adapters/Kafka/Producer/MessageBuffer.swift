import CRdkafka

/// A buffer for a batch of messages, reused for each batch.
final class MessageBuffer {
    private var raw: [UnsafeMutablePointer<rd_kafka_message_t>?] = []

    /// Takes up to `maximum` messages from `queue` without blocking, and passes each to `body` before destroying it.
    /// The instance's callbacks run during the call. Throws the error that librdkafka reports.
    func take(
        upTo maximum: Int, from queue: OpaquePointer, _ body: (UnsafePointer<rd_kafka_message_t>) -> Void
    ) throws(KafkaError) {
        if raw.count < maximum { raw = Array(repeating: nil, count: maximum) }
        let count = rd_kafka_consume_batch_queue(queue, 0, &raw, maximum)
        guard count >= 0 else { throw KafkaError(call: "rd_kafka_consume_batch_queue", rd_kafka_last_error()) }
        for index in 0..<count {
            guard let message = raw[index] else { continue }
            body(message)
            rd_kafka_message_destroy(message)
        }
    }
}
