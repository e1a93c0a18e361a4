import CRdkafka

/// An event of librdkafka. It must be destroyed before the instance that made it.
final class Event: @unchecked Sendable {
    let raw: OpaquePointer

    init(adopting raw: OpaquePointer) { self.raw = raw }

    deinit { rd_kafka_event_destroy(raw) }

    /// Throws the error of the request as a whole, if there is one.
    func check(_ call: String) throws(KafkaError) {
        let status = rd_kafka_event_error(raw)
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(call: call, status, text: rd_kafka_event_error_string(raw).map { String(cString: $0) })
    }
}
