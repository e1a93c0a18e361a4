import CRdkafka

/// Room for one batch of messages, used again for each.
final class MessageBuffer {
    private var raw: [UnsafeMutablePointer<rd_kafka_message_t>?] = []

    /// Takes up to `maximum` messages that wait in `queue`, without blocking, and gives each to `body` before it is
    /// destroyed. Callbacks of the instance run meanwhile. The number, or what librdkafka says went wrong.
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
