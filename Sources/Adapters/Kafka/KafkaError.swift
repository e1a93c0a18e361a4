import CRdkafka

/// A call of librdkafka that failed.
package struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// The C function's name, or ours where no C function failed.
    package let call: String
    /// librdkafka's number: negative ones come from the client itself, positive ones from the broker.
    package let code: Int
    /// librdkafka's name of the code, `_QUEUE_FULL`.
    package let name: String
    package let text: String
    /// This client is of no use any more: the process should restart.
    package let isFatal: Bool
    /// The same call may succeed later.
    package let isRetriable: Bool
    /// Of a record that was sent: it may stand in the log all the same.
    package let mayHaveBeenWritten: Bool

    /// `text` replaces librdkafka's general words for the code.
    init(
        call: String, _ error: rd_kafka_resp_err_t, text: String? = nil, isFatal: Bool = false,
        mayHaveBeenWritten: Bool = false
    ) {
        self.call = call
        code = Int(error.rawValue)
        name = String(cString: rd_kafka_err2name(error))
        self.text = text ?? String(cString: rd_kafka_err2str(error))
        self.isFatal = isFatal || error == RD_KAFKA_RESP_ERR__FATAL
        isRetriable = !self.isFatal && error.isTransient
        self.mayHaveBeenWritten = mayHaveBeenWritten
    }

    package var description: String { "\(call): \(text) (\(name))" }
}
