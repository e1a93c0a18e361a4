import CRdkafka
import EventLoop

/// One librdkafka instance with its threads, its queues and its way to wake the loop.
///
/// It goes when nobody refers to it any more, on a thread, for librdkafka's own threads are joined then. Everything
/// that uses `handle` holds a reference meanwhile.
final class Client: @unchecked Sendable {
    let handle: OpaquePointer
    let inbox: Inbox
    let wakeup: Wakeup
    /// Open when the instance and its threads are gone.
    let destroyed = Gate()
    private let loop: EventLoop
    private var queues: [OpaquePointer] = []

    /// On the loop's thread.
    init(_ type: rd_kafka_type_t, _ properties: consuming Properties, inbox: Inbox, loop: EventLoop) throws(KafkaError)
    {
        let wakeup = try Wakeup(on: loop)
        do {
            handle = try properties.makeInstance(type)
        } catch {
            wakeup.stop()
            wakeup.closeDescriptor()
            throw error
        }
        self.wakeup = wakeup
        self.inbox = inbox
        self.loop = loop
    }

    deinit {
        let (handle, inbox, wakeup, queues, destroyed) = (handle, inbox, wakeup, queues, destroyed)
        let end = Destruction(handle: handle, inbox: inbox, wakeup: wakeup, queues: queues, destroyed: destroyed)
        // The watching ends before the descriptor's number can become another one's.
        loop.onLoop {
            end.wakeup.stop()
            onThread(named: "kafka-destroy") { end.run() }
        }
    }

    /// Takes over a reference to a queue and lets it wake the loop.
    func adopt(_ queue: OpaquePointer) -> OpaquePointer {
        queues.append(queue)
        wakeup.watch(queue)
        return queue
    }

    /// Gives a queue's reference back before the end.
    func release(_ queue: OpaquePointer) {
        queues.removeAll { $0 == queue }
        rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
        rd_kafka_queue_destroy(queue)
    }

    /// The error of `call`; of a fatal one, what really happened.
    func error(_ call: String, _ status: rd_kafka_resp_err_t) -> KafkaError {
        status == RD_KAFKA_RESP_ERR__FATAL ? .fatal(of: handle, call: call) : KafkaError(call: call, status)
    }

    func check(_ call: String, _ status: rd_kafka_resp_err_t) throws(KafkaError) {
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else { throw error(call, status) }
    }
}

private struct Destruction: @unchecked Sendable {
    let handle: OpaquePointer
    let inbox: Inbox
    let wakeup: Wakeup
    let queues: [OpaquePointer]
    let destroyed: Gate

    func run() {
        for queue in queues { rd_kafka_queue_destroy(queue) }
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        wakeup.closeDescriptor()
        withExtendedLifetime(inbox) {}  // callbacks used it until here
        destroyed.open()
    }
}

extension KafkaError {
    /// The cause of the instance's fatal state.
    static func fatal(of handle: OpaquePointer, call: String) -> KafkaError {
        var reason = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(handle, &reason, reason.count)
        let text = reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return KafkaError(
            call: call, cause == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__FATAL : cause,
            text: text.isEmpty ? nil : text, isFatal: true)
    }
}
