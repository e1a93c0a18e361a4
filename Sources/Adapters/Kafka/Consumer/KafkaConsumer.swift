import CRdkafka
import EventLoop
import Synchronization

/// Reads the log, as a member of a group or on its own. Loop's thread only, its tasks run there.
///
/// Ask it for `next` all the time: between two calls it does nothing, and after `max.poll.interval.ms` (five minutes)
/// without one it is put out of its group.
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
    /// Troubles that librdkafka dealt with itself since the start.
    package private(set) var transientErrorCount = 0

    /// Without a group it reads what `assign` says; with an `instanceID` it is a static member, which gets its
    /// partitions back when it restarts within the session timeout. With `reportsEnds`, `next` also gives `reachedEnd`.
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
        // Everything comes through one queue.
        try client.check("rd_kafka_poll_set_consumer", rd_kafka_poll_set_consumer(client.handle))
        queue = client.adopt(rd_kafka_queue_get_consumer(client.handle))
        client.wakeup.onWake = { [weak self] in self?.wake() }
    }

    /// The next thing that happens to this consumer, with at most `maximum` records. One task at a time.
    ///
    /// What it throws needs a decision: an offset that the log does not have, a topic that does not exist, a fatal
    /// error, the task's cancellation. It may be called again after that, but for a fatal error.
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

    // MARK: what librdkafka has

    private func poll(_ maximum: Int) -> Result<ConsumerEvent, KafkaError>? {
        if pending.isEmpty { fill(maximum) }
        return pending.isEmpty ? nil : pending.removeFirst()
    }

    /// Records before what happened after them was noted: until a revocation is answered, the partitions are ours.
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

    /// Leaves the group, unless it is a static member, and returns when librdkafka's threads are gone.
    package func close() async {
        guard let client = slot.take() else { return }
        let destroyed = client.destroyed
        let closed = Gate()
        loop.onLoop {
            self.stopReading(client)
            onThread(named: "kafka-close") {
                // Answers a rebalance that still waits for its answer.
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

/// A task that waits for the next event. Loop's thread only, once it waits.
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
