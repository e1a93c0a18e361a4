import CBulkProducer
import Events

/// Appends records to Kafka, many at once. One task's own.
final class BulkLog {
    private let raw: OpaquePointer
    /// The number of bytes of keys, values and headers.
    private(set) var bytes = 0

    init(brokers: String) throws(BulkFault) {
        var reason = [CChar](repeating: 0, count: 512)
        guard let raw = bulk_open(brokers, &reason, reason.count) else {
            throw BulkFault(reason: reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
        }
        self.raw = raw
    }

    func append(_ event: CloudEvent, topic: String, partition: Int32) throws(BulkFault) {
        for (name, value) in event.headers { try add(name, value) }
        try append(
            topic: topic, partition: partition, key: event.subject, value: event.data,
            timestamp: event.metadata.time.milliseconds)
    }

    func append(topic: String, partition: Int32, key: String, value: [UInt8], timestamp: Int64) throws(BulkFault) {
        var key = key
        try Self.check(
            key.withUTF8 { bulk_append(raw, topic, partition, $0.baseAddress, $0.count, value, value.count, timestamp) }
        )
        bytes += key.utf8.count + value.count
    }

    private func add(_ name: String, _ value: String) throws(BulkFault) {
        var (name, value) = (name, value)
        try Self.check(
            name.withUTF8 { name in
                value.withUTF8 { value in
                    name.withMemoryRebound(to: CChar.self) {
                        bulk_header(raw, $0.baseAddress, $0.count, value.baseAddress, value.count)
                    }
                }
            })
        bytes += name.utf8.count + value.utf8.count
    }

    /// Returns when everything is on the log. Call it once, whatever happened before.
    func close() throws(BulkFault) {
        let failed = bulk_close(raw)
        guard failed == 0 else { throw BulkFault(reason: "\(failed) records may not be on the log") }
    }

    private static func check(_ code: Int32) throws(BulkFault) {
        guard code == 0 else { throw BulkFault(reason: String(cString: bulk_error(code))) }
    }
}

/// Opens a log for the time of `body`, and returns the bytes written when everything is on the log.
func withBulkLog(brokers: String, _ body: (BulkLog) throws -> Void) throws -> Int {
    let log = try BulkLog(brokers: brokers)
    do {
        try body(log)
    } catch {
        try? log.close()  // the first fault is the one to tell
        throw error
    }
    try log.close()
    return log.bytes
}

struct BulkFault: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
