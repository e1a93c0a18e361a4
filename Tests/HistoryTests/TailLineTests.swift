import Events
import JSON
import Kafka
import Testing

@testable import Warelog

@Suite(.timeLimit(.minutes(20)))
struct TailLineTests {
    private static func record(_ type: String, _ data: String, key: String = "7", time: Int64 = 0) -> KafkaRecord {
        let headers = [
            ("ce_specversion", "1.0"), ("ce_id", "e-1"), ("ce_type", type), ("ce_source", "/warelog/gateway"),
            ("ce_subject", "7"), ("ce_time", "2026-11-21T08:30:00.000Z"), ("ce_commandid", "c-1"), ("ce_actor", "ada"),
        ]
        return KafkaRecord(
            topicPartition: TopicPartition(topic: "products.events", partition: 3), offset: 17, timestamp: time,
            key: Array(key.utf8), value: Array(data.utf8),
            headers: headers.map { KafkaHeader(name: $0.0, text: $0.1) })
    }

    private static let deleted = record("warelog.ProductDeleted.v1", "{\n\"product_id\": 7}")

    @Test func anEventIsOneLine() {
        #expect(
            TailLine(Self.deleted).text
                == "2026-11-21T08:30:00.000Z  products.events/3@17  ProductDeleted  product 7 command c-1  "
                + "{\u{FFFD}\"product_id\": 7}")
    }

    @Test func anEventIsOneObject() throws {
        let line = TailLine(Self.deleted).json
        #expect(!line.contains("\n"))
        let json = try JSONDocument(parsing: Array(line.utf8)).root
        #expect(json["offset"]?.integer == 17 && json["subject"]?.string == "7" && json["actor"]?.string == "ada")
        #expect(json["type"]?.string == "warelog.ProductDeleted.v1" && json["data"]?["product_id"]?.integer == 7)
    }

    @Test(arguments: [
        record("warelog.ProductDeleted.v1", "{", key: "\u{1B}[31m7", time: 1_795_249_800_000),
        record("warelog.Unheard.v9", "{}", key: "\u{1B}[31m7", time: 1_795_249_800_000),
    ])
    func whatIsNoEventSaysWhyAndHarmsNoTerminal(_ record: KafkaRecord) throws {
        let line = TailLine(record)
        #expect(line.type == nil && !line.text.contains("\u{1B}") && line.text.hasSuffix("key \u{FFFD}[31m7"))
        #expect(line.text.hasPrefix("2026-11-21T08:30:00.000Z  products.events/3@17  cannot be read: "))
        #expect(try JSONDocument(parsing: Array(line.json.utf8)).root["fault"]?.string?.isEmpty == false)
    }

    @Test(arguments: [
        ["tail", "--type"], ["tail", "--type", "Nothing"], ["tail", "--limit", "0"],
        ["tail", "--limit", "1", "--limit", "2"],
        ["tail", "7"], ["tail", "--product", "x"], ["tail", "--loud"], ["history"], ["history", "0"],
        ["history", "1", "2"], ["explain", "7"], ["explain", "x", "product_name"],
    ])
    func wrongUsageIsRefused(_ arguments: [String]) throws {
        let rest = arguments.dropFirst()
        #expect(throws: WrongUsage.self) {
            switch arguments[0] {
            case "tail": _ = try Tail.Selection(rest)
            case "history": _ = try ShowHistory.Selection(rest)
            default: _ = try Explain.Selection(rest)
            }
        }
    }
}
