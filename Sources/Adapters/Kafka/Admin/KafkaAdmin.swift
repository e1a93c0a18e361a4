import CRdkafka
package import EventLoop

/// Describes and creates topics. Everything but `init` is callable from any thread.
package final class KafkaAdmin: Sendable {
    let loop: EventLoop
    let isEmbeddedBroker: Bool
    /// The timeout of each request.
    let timeout: Duration
    let slot: ClientSlot
    let replies: ReplyQueue

    /// Call it on the loop's thread.
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

    /// Returns when the requests in flight have ended and librdkafka's threads are joined.
    package func close() async {
        guard let client = slot.take() else { return }
        let destroyed = client.destroyed
        _ = consume client
        await destroyed.wait()
    }

    /// Sends a request of the admin API. `start` calls the C function with the options and the queue for the answer.
    func request(
        _ call: String, _ operation: rd_kafka_admin_op_t, _ client: Client,
        _ start: (_ options: OpaquePointer, _ queue: OpaquePointer) -> rd_kafka_resp_err_t
    ) async throws(KafkaError) -> Event {
        // The mock cluster has no controller: other requests would wait for one until their timeout.
        guard !isEmbeddedBroker || operation == RD_KAFKA_ADMIN_OP_LISTOFFSETS else {
            throw KafkaError(call: call, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
        }
        return try await replies.request(call) { queue, opaque in
            let options = AdminOptions(client.handle, operation, timeout: timeout, opaque: opaque)
            return start(options.raw, queue)
        }
    }
}
