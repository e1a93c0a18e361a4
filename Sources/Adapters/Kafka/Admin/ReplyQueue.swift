import CRdkafka

/// Requests whose answers come as events on a queue of their own.
///
/// An answer is sure to come: each request has a time limit in librdkafka. Everything that waits holds the client.
final class ReplyQueue: @unchecked Sendable {
    private let raw: OpaquePointer

    /// The queue is the client's, and wakes the loop through it.
    init(of client: Client) { raw = client.adopt(rd_kafka_queue_new(client.handle)) }

    /// Calls `start`, which is to begin the request named `call`, with the queue and the opaque for its answer.
    func request(
        _ call: String, _ start: (_ queue: OpaquePointer, _ opaque: UnsafeMutableRawPointer) -> rd_kafka_resp_err_t
    ) async throws(KafkaError) -> Event {
        let result: Result<Event, KafkaError> = await withCheckedContinuation { continuation in
            // Released in `serve`, or below when the request could not begin.
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

    /// Hands out what has come. On the loop's thread.
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
