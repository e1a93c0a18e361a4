import EventLoop
import Events
import JSON
import Kafka
import SeededRandom

/// `replay-bench upserts`: what change data capture would hand to the peer, a product's latest document for each event,
/// in a topic of its own that is made for it. bench/replay/peer.py has the documents' schema.
///
/// Prints one JSON object. Its `last` holds the id and the sequence number of the last record of each partition, which
/// tell when the peer's table is complete.
struct WriteUpserts {
    static let topic = "bench.upserts"

    let brokers: String
    let seed: UInt64
    let events: Int
    let partitions: Int32

    func run() throws -> [UInt8] {
        try makeTopic()
        var last: [(id: Int, sequence: Int)] = []
        let bytes = try withBulkLog(brokers: brokers) { last = try write($0) }
        return JSONWriter.object { json in
            json.member("events", events)
            json.member("bytes", bytes)
            json.key("last")
            json.array(last) { json, record in json.array([record.id, record.sequence]) { $0.integer($1) } }
        }
    }

    private func makeTopic() throws {
        let loop = try EventLoop()
        let (brokers, partitions) = (brokers, Int(partitions))
        try loop.run {
            let topic = NewTopic(
                name: Self.topic, partitions: partitions, replicationFactor: 1, configuration: ["retention.ms": "-1"])
            let configuration = KafkaConfiguration(brokers: brokers, clientID: "replay-bench")
            let creation = try await withAdmin(configuration, loop: loop) { try await $0.createTopics([topic]) }[
                Self.topic]
            guard case .created = creation else { throw BulkFault(reason: "\(Self.topic) is there already") }
        }
    }

    private func write(_ log: BulkLog) throws(BulkFault) -> [(id: Int, sequence: Int)] {
        var random = SeededGenerator(seed: seed)
        var last: [Int32: (id: Int, sequence: Int)] = [:]
        for sequence in 1...max(1, events) {
            let id = 1 + random.pick(max(1, events / 5))
            let partition = Int32(id % Int(partitions))
            last[partition] = (id, sequence)
            try log.append(
                topic: Self.topic, partition: partition, key: "\(id)", value: document(id, sequence, &random),
                timestamp: 1_767_225_600_000)
        }
        return Array(last.values)
    }

    private func document(_ id: Int, _ sequence: Int, _ random: inout SeededGenerator) -> [UInt8] {
        JSONWriter.object { json in
            json.member("id", id)
            json.member("user_id", 1 + id % 1000)
            json.member("product_name", Words.text(24, &random))
            json.member("product_description", Words.text(150, &random))
            json.member("product_images", "{https://shop\(random.pick(50)).example.com/media/\(random.hex(12)).jpg}")
            json.key("product_price")
            json.raw("\(random.pick(1000)).25")
            json.member(
                "compressed_product_images",
                "{https://images.example.com/product-images/images/\(random.hex(64))/v1.jpg}")
            json.member("version", sequence)
            json.member("media_revision", 1)
            json.member("created_at", "2026-01-01T00:00:00.000Z")
            json.member("updated_at", "2026-01-01T00:00:00.000Z")
            json.member("sequence", sequence)
        }
    }
}
