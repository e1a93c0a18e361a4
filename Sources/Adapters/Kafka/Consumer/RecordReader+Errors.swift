import CRdkafka

extension RecordReader {
    /// Returns the error that `message` reports in place of a record, with advice if a person has to act.
    mutating func error(_ message: UnsafePointer<rd_kafka_message_t>) -> KafkaError {
        let code = message.pointee.err
        let general = rd_kafka_message_errstr(message).map { String(cString: $0) }
        let place = topicPartition(message).map { "\($0)" } ?? ""
        let advice: String? =
            switch code {
            case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
                "the log does not have offset \(message.pointee.offset): it was truncated or re-created after that "
                    + "offset was recorded; restore the topic, or rebuild from its beginning"
            case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
                "the topic does not exist: create or restore it, and restart"
            default: nil
            }
        let text = [place, advice, general].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        return KafkaError(call: "rd_kafka_consume_batch_queue", code, text: text)
    }
}
