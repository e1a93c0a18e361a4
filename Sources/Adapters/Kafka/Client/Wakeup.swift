import CRdkafka
import EventLoop
import Glibc

/// The descriptor through which librdkafka's threads wake the loop. Loop's thread only, but for `closeDescriptor`.
final class Wakeup: @unchecked Sendable {
    private let descriptor: Int32
    private var watcher: DescriptorWatcher?
    /// Called each time that a watched queue, which was empty, is not any more.
    var onWake: () -> Void = {}

    init(on loop: EventLoop) throws(KafkaError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw KafkaError(call: "eventfd", RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE) }
        do {
            let watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] _ in wake() }
            watcher.watch(.readable)
            self.watcher = watcher
        } catch {
            Glibc.close(descriptor)
            throw KafkaError(call: error.call, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, text: error.description)
        }
    }

    /// From now on `queue` wakes the loop, and once in any case: librdkafka tells of a queue that was empty, and this one
    /// may have something in it already, such as the news that the broker is away.
    func watch(_ queue: OpaquePointer) {
        var one: UInt64 = 1  // what an eventfd is fed with
        rd_kafka_queue_io_event_enable(queue, descriptor, &one, MemoryLayout.size(ofValue: one))
        write(descriptor, &one, MemoryLayout.size(ofValue: one))
    }

    func stop() {
        watcher?.close()
        watcher = nil
        onWake = {}
    }

    /// After `stop`, and when librdkafka is done with the queues.
    func closeDescriptor() { Glibc.close(descriptor) }

    private func wake() {
        var count: UInt64 = 0
        // Nothing to read is no fault: then the queues were seen to already.
        _ = read(descriptor, &count, MemoryLayout.size(ofValue: count))
        onWake()
    }
}
