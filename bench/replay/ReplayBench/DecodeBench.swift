import EventLog
import Events
import Glibc
import JSON
import Kafka

/// `replay-bench decode`: measures the cost of reading a record and folding it, without a broker. Prints one JSON
/// object with microseconds of CPU time for each event.
struct DecodeBench {
    let seed: UInt64
    let events: Int

    func run() throws -> [UInt8] {
        var story = PartitionStory(seed: seed, partition: 0, of: 6, users: 1000)
        var products: [ProductID: Product] = [:]
        var (decoding, folding, bytes, voided) = (0.0, 0.0, 0, 0)
        for _ in 0..<max(1, events / 10_000) {
            let records = (0..<10_000).map { _ in Self.record(of: story.next()) }
            let start = Self.cpuSeconds()
            var read: [LogRecord] = []
            read.reserveCapacity(records.count)
            for record in records { read.append(try LogRecord(record)) }
            let between = Self.cpuSeconds()
            for case .product(let recorded) in read {
                if Product.evolve(&products[recorded.event.productID], recorded) != .accepted { voided += 1 }
            }
            let end = Self.cpuSeconds()
            decoding += between - start
            folding += end - between
            bytes += records.reduce(0) { $0 + Self.size($1) }
        }
        let count = Double(max(1, events / 10_000) * 10_000)
        return JSONWriter.object { json in
            json.member("bytes_per_event", Int(Double(bytes) / count))
            json.member("voided", voided)
            json.key("decode_us")
            json.raw(Self.microseconds(decoding / count))
            json.key("evolve_us")
            json.raw(Self.microseconds(folding / count))
        }
    }

    private static func record(of recorded: Recorded<ProductEvent>) -> KafkaRecord {
        let event = CloudEvent(
            type: recorded.event.type, source: WriteLog.source(recorded.event),
            subject: recorded.event.productID.description, metadata: recorded.metadata, data: recorded.event.data)
        return KafkaRecord(
            topicPartition: TopicPartition(topic: Topic.products.name, partition: recorded.position.partition),
            offset: recorded.position.offset, timestamp: event.metadata.time.milliseconds,
            key: Array(event.subject.utf8),
            value: event.data, headers: event.headers.map { KafkaHeader(name: $0.name, text: $0.value) })
    }

    private static func size(_ record: KafkaRecord) -> Int {
        record.headers.reduce((record.key?.count ?? 0) + (record.value?.count ?? 0)) {
            $0 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Two decimals.
    private static func microseconds(_ seconds: Double) -> String { "\((seconds * 1e8).rounded() / 100)" }
}
