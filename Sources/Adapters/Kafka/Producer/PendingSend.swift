import CRdkafka
import Synchronization

/// A record in flight, and the task that waits for its delivery.
final class PendingSend: Sendable {
    private let continuation: CheckedContinuation<Result<Int64, KafkaError>, Never>

    init(_ continuation: CheckedContinuation<Result<Int64, KafkaError>, Never>) { self.continuation = continuation }

    func finish(_ result: Result<Int64, KafkaError>) { continuation.resume(returning: result) }

    /// Called once for each record that librdkafka accepted, on the thread that serves its queue.
    static func finish(_ message: UnsafePointer<rd_kafka_message_t>, _ inbox: Inbox) {
        inbox.undelivered.subtract(1, ordering: .acquiringAndReleasing)
        guard let opaque = message.pointee._private else { return }
        // Retained in `send`, released here.
        Unmanaged<PendingSend>.fromOpaque(opaque).takeRetainedValue().finish(outcome(message))
    }

    private static func outcome(_ message: UnsafePointer<rd_kafka_message_t>) -> Result<Int64, KafkaError> {
        let mayHaveBeenWritten = rd_kafka_message_status(message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failure(
                KafkaError(call: "rd_kafka_producev", message.pointee.err, mayHaveBeenWritten: mayHaveBeenWritten))
        }
        // A retry which the broker knew already is a success whose offset nobody tells.
        guard message.pointee.offset >= 0 else {
            return .failure(
                KafkaError(
                    call: "rd_kafka_producev", RD_KAFKA_RESP_ERR__NO_OFFSET,
                    text: "the record was written, but at an unknown offset",
                    mayHaveBeenWritten: true))
        }
        return .success(message.pointee.offset)
    }
}
