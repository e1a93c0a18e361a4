import CRdkafka
import EventLoop
import Glibc

/// The descriptor through which librdkafka's threads wake the loop. Everything but `closeDescriptor` is for the loop's
/// thread only.
final class Wakeup: @unchecked Sendable {
    private let descriptor: Int32
    private var watcher: DescriptorWatcher?
    /// Called each time a watched queue stops being empty.
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

    /// Lets `queue` wake the loop from now on, and wakes the loop once in any case: librdkafka reports only a queue
    /// that was empty, and this one may contain an event already, such as an unreachable broker.
    func watch(_ queue: OpaquePointer) {
        var one: UInt64 = 1  // an eventfd takes 8 bytes
        rd_kafka_queue_io_event_enable(queue, descriptor, &one, MemoryLayout.size(ofValue: one))
        _ = write(descriptor, &one, MemoryLayout.size(ofValue: one))  // fails only if the loop is about to wake anyway
    }

    func stop() {
        watcher?.close()
        watcher = nil
        onWake = {}
    }

    /// Call it after `stop`, when librdkafka no longer uses the queues.
    func closeDescriptor() { Glibc.close(descriptor) }

    private func wake() {
        var count: UInt64 = 0
        // If there is nothing to read, the queues have been served already.
        _ = read(descriptor, &count, MemoryLayout.size(ofValue: count))
        onWake()
    }
}
