import CRdkafka

/// The requests of one client whose answers arrive as events on a queue of their own.
///
/// Every request gets an answer, because librdkafka has a timeout for each. A waiting request keeps the client alive.
final class ReplyQueue: @unchecked Sendable {
    private let raw: OpaquePointer

    /// The client owns the queue, and wakes the loop when an answer arrives.
    init(of client: Client) { raw = client.adopt(rd_kafka_queue_new(client.handle)) }

    /// Calls `start`, which starts the request named `call`, with the queue and the opaque pointer for the answer.
    func request(
        _ call: String, _ start: (_ queue: OpaquePointer, _ opaque: UnsafeMutableRawPointer) -> rd_kafka_resp_err_t
    ) async throws(KafkaError) -> Event {
        let result: Result<Event, KafkaError> = await withCheckedContinuation { continuation in
            // Released in `serve`, or below if the request does not start.
            let pending = Unmanaged.passRetained(PendingReply(continuation))
            let status = start(raw, pending.toOpaque())
            if status != RD_KAFKA_RESP_ERR_NO_ERROR {
                pending.takeRetainedValue().continuation.resume(returning: .failure(KafkaError(call: call, status)))
            }
        }
        let event = try result.get()
        try event.check(call)
        return event
    }

    /// Resumes the tasks whose answers have arrived. Call it on the loop's thread.
    func serve() {
        while let event = rd_kafka_queue_poll(raw, 0) {
            let owned = Event(adopting: event)
            guard let opaque = rd_kafka_event_opaque(event) else { continue }
            Unmanaged<PendingReply>.fromOpaque(opaque).takeRetainedValue().continuation.resume(
                returning: .success(owned))
        }
    }
}

private final class PendingReply: Sendable {
    let continuation: CheckedContinuation<Result<Event, KafkaError>, Never>

    init(_ continuation: CheckedContinuation<Result<Event, KafkaError>, Never>) { self.continuation = continuation }
}
