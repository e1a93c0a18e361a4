import CRdkafka
package import EventLoop
import Synchronization

/// Reads the log, as a member of a group or on its own. For the loop's thread only.
///
/// Call `next` without long pauses: the consumer does nothing between two calls, and its group removes it after
/// `max.poll.interval.ms` (five minutes) without a call.
package final class KafkaConsumer: @unchecked Sendable {
    let loop: EventLoop
    let slot: ClientSlot
    let replies: ReplyQueue
    let group: String
    private let inbox: Inbox
    private let onTransientError: @Sendable (KafkaError) -> Void
    private var queue: OpaquePointer?
    private let buffer = MessageBuffer()
    private var pending: [Result<ConsumerEvent, KafkaError>] = []
    private var waiter: Waiter?
    /// The number of errors from which librdkafka recovered by itself.
    package private(set) var transientErrorCount = 0

    /// Without a `group`, the consumer reads the partitions given to `assign`. With an `instanceID` it is a static
    /// member of the group, which gets its partitions back if it restarts within the session timeout. With
    /// `reportsEnds`, `next` also returns `reachedEnd`.
    package init(
        _ configuration: KafkaConfiguration, group: String?, instanceID: String? = nil, reportsEnds: Bool = false,
        loop: EventLoop
    ) throws(KafkaError) {
        loop.preconditionOnLoop()
        self.loop = loop
        onTransientError = configuration.onTransientError
        inbox = Inbox(onLog: configuration.onLog)
        let settings = configuration.consumerProperties(
            group: group, instanceID: instanceID, reportsEnds: reportsEnds)
        self.group = settings["group.id"] ?? ""
        let properties = try Properties(settings, inbox: inbox)
        properties.collectErrors()
        properties.collectRebalances()
        let client = try Client(RD_KAFKA_CONSUMER, properties, inbox: inbox, loop: loop)
        slot = ClientSlot(client)
        replies = ReplyQueue(of: client)
        // All events arrive on one queue.
        try client.check("rd_kafka_poll_set_consumer", rd_kafka_poll_set_consumer(client.handle))
        queue = client.adopt(rd_kafka_queue_get_consumer(client.handle))
        client.wakeup.onWake = { [weak self] in self?.wake() }
    }

    /// Suspends until there is an event, and returns it, with at most `maximum` records. One task at a time may call
    /// it.
    ///
    /// Throws the errors that need a decision: an offset that the log does not have, a missing topic, a fatal error, or
    /// the task's cancellation. It can be called again after all of these but a fatal error.
    package func next(maximum: Int) async throws(KafkaError) -> ConsumerEvent {
        if loop.isCurrent, let ready = poll(maximum) { return try ready.get() }
        let waiter = Waiter(maximum: maximum)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiter.continuation = continuation
                loop.onLoop { self.wait(waiter) }
            }
        } onCancel: {
            loop.onLoop { self.cancel(waiter) }
        }
        return try result.get()
    }

    private func wait(_ waiter: Waiter) {
        precondition(self.waiter == nil, "two tasks ask one consumer for the next event")
        if waiter.isCancelled { return waiter.finish(.failure(.cancelled("next"))) }
        if let ready = poll(waiter.maximum) { return waiter.finish(ready) }
        self.waiter = waiter
    }

    private func cancel(_ waiter: Waiter) {
        waiter.isCancelled = true
        guard self.waiter === waiter else { return }
        self.waiter = nil
        waiter.finish(.failure(.cancelled("next")))
    }

    private func wake() {
        replies.serve()
        guard let waiter, let ready = poll(waiter.maximum) else { return }
        self.waiter = nil
        waiter.finish(ready)
    }

    // MARK: events of librdkafka

    private func poll(_ maximum: Int) -> Result<ConsumerEvent, KafkaError>? {
        if pending.isEmpty { fill(maximum) }
        return pending.isEmpty ? nil : pending.removeFirst()
    }

    /// Adds records before rebalances: the partitions are still ours until a revocation is answered.
    private func fill(_ maximum: Int) {
        guard let queue else { return pending.append(.failure(.closed("next"))) }
        var records: [KafkaRecord] = []
        var reader = RecordReader()
        var ends: [TopicPartition: Int64] = [:]
        var failures: [KafkaError] = []
        do throws(KafkaError) {
            try buffer.take(upTo: max(maximum, 1), from: queue) { message in
                do throws(KafkaError) {
                    if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                        if let partition = reader.topicPartition(message) { ends[partition] = message.pointee.offset }
                        return
                    }
                    if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR { throw reader.error(message) }
                    guard let record = try reader.record(message) else { return }
                    if records.isEmpty { records.reserveCapacity(min(maximum, 1024)) }
                    records.append(record)
                } catch {
                    failures.append(error)
                }
            }
        } catch {
            failures.append(error)
        }
        if !records.isEmpty { pending.append(.success(.records(records))) }
        if !ends.isEmpty { pending.append(.success(.reachedEnd(ends))) }
        pending += inbox.takeRebalances().map { .success(ConsumerEvent($0)) }
        pending += (failures + inbox.takeErrors()).filter(needsDecision).map { .failure($0) }
    }

    private func needsDecision(_ error: KafkaError) -> Bool {
        guard error.isRetriable else { return true }
        transientErrorCount += 1
        onTransientError(error)
        return false
    }

    // MARK: the end

    /// Leaves the group, unless the consumer is a static member, and returns when librdkafka's threads are joined.
    package func close() async {
        guard let client = slot.take() else { return }
        let destroyed = client.destroyed
        let closed = Gate()
        loop.onLoop {
            self.stopReading(client)
            onThread(named: "kafka-close") {
                // Answers a rebalance that is still unanswered. If either call fails, the group removes the member when
                // its session times out.
                rd_kafka_assign(client.handle, nil)
                rd_kafka_consumer_close(client.handle)
                closed.open()
            }
        }
        await closed.wait()
        _ = consume client
        await destroyed.wait()
    }

    private func stopReading(_ client: Client) {
        inbox.isClosing.store(true, ordering: .releasing)
        // "rd_kafka_queue_destroy() MUST be called on this queue prior to calling rd_kafka_consumer_close()."
        if let queue { client.release(queue) }
        queue = nil
        pending = []
        waiter?.finish(.failure(.closed("next")))
        waiter = nil
    }
}

/// A task that waits for the next event. For the loop's thread only, once it waits.
private final class Waiter: @unchecked Sendable {
    let maximum: Int
    var continuation: CheckedContinuation<Result<ConsumerEvent, KafkaError>, Never>?
    var isCancelled = false

    init(maximum: Int) { self.maximum = maximum }

    func finish(_ result: Result<ConsumerEvent, KafkaError>) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}

extension ConsumerEvent {
    fileprivate init(_ rebalance: Inbox.Rebalance) {
        self =
            rebalance.isAssignment
            ? .assigned(rebalance.partitions) : .revoked(rebalance.partitions, lost: rebalance.isLost)
    }
}
