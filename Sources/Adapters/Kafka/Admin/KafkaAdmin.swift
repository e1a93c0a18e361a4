import CRdkafka
import EventLoop

/// Asks Kafka about topics, and makes them. From any thread, but for `init`.
package final class KafkaAdmin: Sendable {
    let loop: EventLoop
    let isEmbeddedBroker: Bool
    /// Of each request.
    let timeout: Duration
    let slot: ClientSlot
    let replies: ReplyQueue

    /// On the loop's thread.
    package init(
        _ configuration: KafkaConfiguration, timeout: Duration = .seconds(10), loop: EventLoop
    ) throws(KafkaError) {
        loop.preconditionOnLoop()
        self.loop = loop
        isEmbeddedBroker = configuration.isEmbeddedBroker
        self.timeout = timeout
        let inbox = Inbox(onLog: configuration.onLog)
        let properties = try Properties(configuration.adminProperties, inbox: inbox)
        let client = try Client(RD_KAFKA_PRODUCER, properties, inbox: inbox, loop: loop)
        slot = ClientSlot(client)
        replies = ReplyQueue(of: client)
        client.wakeup.onWake = { [replies] in replies.serve() }
    }

    /// Returns when the requests under way have ended and librdkafka's threads are gone.
    package func close() async {
        guard let client = slot.take() else { return }
        let destroyed = client.destroyed
        _ = consume client
        await destroyed.wait()
    }

    /// A request of the admin API: `start` calls it with the options and the queue for its answer.
    func request(
        _ call: String, _ operation: rd_kafka_admin_op_t, _ client: Client,
        _ start: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void
    ) async throws(KafkaError) -> Event {
        // The mock cluster has no controller: such requests would wait for one to the end of their time.
        guard !isEmbeddedBroker || operation == RD_KAFKA_ADMIN_OP_LISTOFFSETS else {
            throw KafkaError(call: call, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
        }
        return try await replies.request(call) { queue, opaque in
            let options = AdminOptions(client.handle, operation, timeout: timeout, opaque: opaque)
            start(options.raw, queue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }
}
