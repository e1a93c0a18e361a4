import EventLog
import Events
import Foundation
import JSON
import Kafka
import LogTesting
import ReadModel
import Replay

/// The log of a release as a file with one record per line. The file is never edited.
struct GoldenLog {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    let records: [KafkaRecord]

    init(records: [KafkaRecord]) { self.records = records }

    init(parsing text: String) throws {
        records = try text.split(separator: "\n").map { line in
            let json = try JSONDocument(parsing: Array(line.utf8)).root
            guard let topic = json["topic"]?.string, let partition = json["partition"]?.integer,
                let offset = json["offset"]?.integer, let timestamp = json["timestamp"]?.integer
            else { throw Malformed(line: String(line)) }
            return KafkaRecord(
                topicPartition: TopicPartition(topic: topic, partition: Int32(partition)), offset: offset,
                timestamp: timestamp, key: json["key"]?.string.map { Array($0.utf8) },
                value: json["value"]?.string.map { Array($0.utf8) },
                headers: (json["headers"]?.elements ?? []).map { header in
                    KafkaHeader(
                        name: header.elements.first?.string ?? "",
                        value: header.elements.last?.string.map { Array($0.utf8) })
                })
        }
    }

    struct Malformed: Error { let line: String }

    var text: String {
        records.map { record in
            String(
                decoding: JSONWriter.object { json in
                    json.member("topic", record.topicPartition.topic)
                    json.member("partition", record.topicPartition.partition)
                    json.member("offset", record.offset)
                    json.member("timestamp", record.timestamp)
                    json.member("key", record.key.map { String(decoding: $0, as: UTF8.self) })
                    json.key("headers")
                    json.array(record.headers) { json, header in
                        json.array([header.name, String(decoding: header.value ?? [], as: UTF8.self)]) { $0.string($1) }
                    }
                    json.member("value", record.value.map { String(decoding: $0, as: UTF8.self) })
                }, as: UTF8.self) + "\n"
        }.joined()
    }

    /// The outcome of the log: the state roots by partition, the positions in quarantine, and the products that clients
    /// see, one per line.
    func outcome() throws -> String {
        let partitions = Set(records.map(\.topicPartition))
        var model = MemoryReadModel(of: counts)
        for record in records { try model.project([record]) }
        let root = model.root
        let lines =
            partitions.sorted().map { "root \($0) \(root.root(of: $0))" }
            + model.quarantined.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
            .map { "quarantined \($0.partition)@\($0.offset)" }
            + model.documents.sorted { $0.key < $1.key }.map { "product \($0.value)" }
        return lines.map { $0 + "\n" }.joined()
    }

    var counts: PartitionCounts {
        func count(_ topic: Topic) -> Int32 {
            (records.map(\.topicPartition).filter { $0.topic == topic.name }.map(\.partition).max() ?? 0) + 1
        }
        return PartitionCounts(products: count(.products), users: count(.users))
    }
}
