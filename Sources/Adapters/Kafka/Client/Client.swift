import CRdkafka
import EventLoop

/// A librdkafka instance with its threads, its queues and its way to wake the loop.
///
/// The last reference destroys the instance, on a thread of its own, because that joins librdkafka's threads. Code that
/// uses `handle` holds a reference while it does.
final class Client: @unchecked Sendable {
    let handle: OpaquePointer
    let inbox: Inbox
    let wakeup: Wakeup
    /// Opened when the instance is destroyed and its threads are joined.
    let destroyed = Gate()
    private let loop: EventLoop
    private var queues: [OpaquePointer] = []

    /// Call it on the loop's thread.
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
        // The loop stops watching the descriptor before its number can be used for another one.
        loop.onLoop {
            end.wakeup.stop()
            onThread(named: "kafka-destroy") { end.run() }
        }
    }

    /// Takes over a reference to a queue, which wakes the loop from now on.
    func adopt(_ queue: OpaquePointer) -> OpaquePointer {
        queues.append(queue)
        wakeup.watch(queue)
        return queue
    }

    /// Releases a queue before the instance is destroyed.
    func release(_ queue: OpaquePointer) {
        queues.removeAll { $0 == queue }
        rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
        rd_kafka_queue_destroy(queue)
    }

    /// The error of `call`, or the cause if the error is fatal.
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
        withExtendedLifetime(inbox) {}  // the callbacks use it until here
        destroyed.open()
    }
}

extension KafkaError {
    /// The cause of the instance's fatal error.
    static func fatal(of handle: OpaquePointer, call: String) -> KafkaError {
        var reason = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(handle, &reason, reason.count)
        let text = reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return KafkaError(
            call: call, cause == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__FATAL : cause,
            text: text.isEmpty ? nil : text, isFatal: true)
    }
}
