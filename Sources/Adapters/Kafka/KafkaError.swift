import CRdkafka

/// A failed call of librdkafka.
package struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// The C function's name, or the name of our own function if no C function failed.
    package let call: String
    /// librdkafka's error code: negative if it comes from the client itself, positive if it comes from the broker.
    package let code: Int
    /// librdkafka's name of the code, such as `_QUEUE_FULL`.
    package let name: String
    package let text: String
    /// Whether the client can no longer be used, so that the process should restart.
    package let isFatal: Bool
    /// Whether the same call may succeed later.
    package let isRetriable: Bool
    /// Whether the record that was sent may be in the log in spite of the error.
    package let mayHaveBeenWritten: Bool

    /// `text` replaces librdkafka's general description of the code.
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
