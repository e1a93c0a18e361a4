import CRdkafka
package import EventLoop
import Synchronization

/// Appends records to the log. Everything but `init` is callable from any thread.
package final class KafkaProducer: Sendable {
    /// The number of records that the producer may hold, and the time for which it may hold them.
    package struct Bounds: Sendable {
        package var queuedMessages: Int
        package var queuedBytes: Int
        /// A record fails after this time. librdkafka checks once a second.
        package var deliveryTimeout: Duration

        package init(
            queuedMessages: Int = 20_000, queuedBytes: Int = 32 << 20, deliveryTimeout: Duration = .seconds(5)
        ) {
            self.queuedMessages = queuedMessages
            self.queuedBytes = queuedBytes
            self.deliveryTimeout = deliveryTimeout
        }
    }

    private let loop: EventLoop
    private let inbox: Inbox
    private let slot: ClientSlot
    /// Opened when no record is in flight.
    private let idleGates = Mutex<[Gate]>([])
    private let onTransientError: @Sendable (KafkaError) -> Void
    private let onFatalError: @Sendable (KafkaError) -> Void

    /// Call it on the loop's thread.
    package init(_ configuration: KafkaConfiguration, bounds: Bounds = Bounds(), loop: EventLoop) throws(KafkaError) {
        loop.preconditionOnLoop()
        self.loop = loop
        onTransientError = configuration.onTransientError
        onFatalError = configuration.onFatalError
        inbox = Inbox(onLog: configuration.onLog)
        let properties = try Properties(configuration.producerProperties(bounds), inbox: inbox)
        properties.collectErrors()
        properties.collectDeliveryReports()
        let client = try Client(RD_KAFKA_PRODUCER, properties, inbox: inbox, loop: loop)
        slot = ClientSlot(client)
        let handle = client.handle
        _ = client.adopt(rd_kafka_queue_get_main(handle))
        client.wakeup.onWake = { [weak self] in self?.serve(handle) }
    }

    /// Appends a record, and returns its offset when all in-sync replicas have it.
    ///
    /// Throws at once if the producer's queue is full, and after the delivery timeout if Kafka is
    /// unreachable. The record may be in the log in spite of the error if the error says `mayHaveBeenWritten`.
    /// Cancelling the task has no effect, because the record cannot be recalled.
    package func send(
        topic: String, partition: Int32, key: [UInt8], value: [UInt8]?, headers: [KafkaHeader] = [],
        timestamp: Int64? = nil
    ) async throws(KafkaError) -> Int64 {
        let client = try slot.get("rd_kafka_producev")
        let result = await withCheckedContinuation { continuation in
            let pending = PendingSend(continuation)
            do throws(KafkaError) {
                let headers = try HeaderList(headers)
                try client.produce(topic, partition, key, value, headers, timestamp, pending)
            } catch {
                pending.finish(.failure(error))
            }
        }
        return try result.get()
    }

    /// The number of records in flight.
    package var undelivered: Int { inbox.undelivered.load(ordering: .acquiring) }

    /// Returns when all records sent before have their delivery reports, or after `limit`.
    package func flush(within limit: Duration) async {
        let idle = gateWhenIdle()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await self.loop.sleep(for: limit)  // cancelled if the producer is idle first
                idle.open()
            }
            await idle.wait()
            group.cancelAll()
        }
    }

    /// Drops the records in flight, whose senders get an error, and returns when librdkafka's threads are joined.
    package func close() async {
        guard let client = slot.take() else { return }
        _ = rd_kafka_purge(  // fails only for a consumer
            client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
        await gateWhenIdle().wait()
        let destroyed = client.destroyed
        _ = consume client
        await destroyed.wait()
    }

    private func gateWhenIdle() -> Gate {
        let gate = Gate()
        idleGates.withLock { $0.append(gate) }
        loop.onLoop { self.openGatesIfIdle() }
        return gate
    }

    /// Call it on the loop's thread, where the delivery reports arrive.
    private func openGatesIfIdle() {
        guard inbox.undelivered.load(ordering: .acquiring) == 0 else { return }
        let gates = idleGates.withLock { gates in
            defer { gates = [] }
            return gates
        }
        for gate in gates { gate.open() }
    }

    private func serve(_ handle: OpaquePointer) {
        rd_kafka_poll(handle, 0)
        for error in inbox.takeErrors() {
            guard error.isFatal else {
                onTransientError(error)
                continue
            }
            // Queued records would otherwise wait for their delivery timeout.
            _ = rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING)
            onFatalError(error)
        }
        openGatesIfIdle()
    }
}
