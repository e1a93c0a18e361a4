import CRdkafka

extension RecordReader {
    /// A message that is no record but the news of an error, with what to do about it where a person has to act.
    mutating func error(_ message: UnsafePointer<rd_kafka_message_t>) -> KafkaError {
        let code = message.pointee.err
        let general = rd_kafka_message_errstr(message).map { String(cString: $0) }
        let place = topicPartition(message).map { "\($0)" } ?? ""
        let advice: String? =
            switch code {
            case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
                "the log lacks offset \(message.pointee.offset): it was cut or made anew since that was written down; "
                    + "restore the topic, or rebuild from its beginning"
            case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
                "it does not exist: create the topic, or restore it, and start again"
            default: nil
            }
        let text = [place, advice, general].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        return KafkaError(call: "rd_kafka_consume_batch_queue", code, text: text)
    }
}
