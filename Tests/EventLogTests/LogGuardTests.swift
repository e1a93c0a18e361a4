import Events
import Kafka
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(20)))
struct LogGuardTests {
    private static let good = ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"]

    private func finding(
        _ partitions: Int32?, recorded: Int32? = 6, settings: [String: String]? = good
    ) -> LogGuard.Finding {
        LogGuard.Finding(topic: .products, partitions: partitions, recordedPartitions: recorded, settings: settings)
    }

    @Test func aLogAsItMustBeHasNoFault() {
        #expect(finding(6).faults.isEmpty)
        #expect(finding(6, recorded: nil, settings: nil).faults.isEmpty)
    }

    @Test func whatLosesEventsIsNamedWithWhatToDo() {
        #expect(finding(nil).faults == ["products.events does not exist: run `warelog topics create`"])
        #expect(finding(12).faults.count == 1)
        var settings = Self.good
        settings["cleanup.policy"] = "compact"
        settings["retention.ms"] = "604800000"
        #expect(finding(6, settings: settings).faults.count == 2)
    }

    @Test func aLogThatWasCreatedAgainIsAnotherOne() {
        func epoch(_ ids: String?...) -> LogEpoch {
            LogGuard.epoch(
                ids.map { .init(topic: .products, partitions: 6, recordedPartitions: 6, settings: nil, topicID: $0) })
        }
        #expect(epoch("a", "b") == epoch("a", "b") && epoch("a", "b") != epoch("a", "c"))
        #expect((1..<(1 << 20)).contains(epoch(nil, nil).number))
    }

    @Test func theTopicOfDeadLettersIsKeptForAMonth() {
        let good = ["cleanup.policy": "delete", "retention.ms": "2592000000"]
        #expect(DerivedTopic.deadLetters.faults(exists: true, good).isEmpty)
        #expect(DerivedTopic.deadLetters.faults(exists: true, [:]).isEmpty)  // the broker cannot tell
        #expect(DerivedTopic.deadLetters.faults(exists: true, good.merging(["retention.ms": "-1"]) { $1 }).count == 1)
        #expect(
            DerivedTopic.deadLetters.faults(exists: false, [:])
                == ["products.dead-letters does not exist: run `warelog topics create`"])
    }

    @Test func theCountsComeOutOnlyWhenNothingIsWrong() throws {
        let users = LogGuard.Finding(topic: .users, partitions: 3, recordedPartitions: 3, settings: nil)
        #expect(try LogGuard.check([finding(6), users]) == PartitionCounts(products: 6, users: 3))
        #expect(throws: LogFault.self) { try LogGuard.check([finding(7), users]) }
        #expect(throws: LogFault.self) { try LogGuard.check([finding(6)]) }
    }

    @Test func aRecordOfTheWrongTopicOrKeyIsAFault() throws {
        let id = try #require(ProductID(7))
        let event = ProductEvent.deleted(ProductDeleted(productID: id))
        let cloud = CloudEvent(
            type: event.type, source: "/test", subject: "7",
            metadata: EventMetadata(id: EventID("e"), time: Timestamp(milliseconds: 0)), data: event.data)
        func record(_ topic: Topic, key: String) -> KafkaRecord {
            KafkaRecord(
                topicPartition: TopicPartition(topic: topic.name, partition: 1), offset: 5, timestamp: 0,
                key: Array(key.utf8), value: cloud.data,
                headers: cloud.headers.map { KafkaHeader(name: $0.name, text: $0.value) })
        }
        guard case .product(let recorded) = try LogRecord(record(.products, key: "7")) else {
            Issue.record("not a product's event")
            return
        }
        #expect(recorded.event == event && recorded.position == LogPosition(partition: 1, offset: 5))
        #expect(throws: EventFault.self) { try LogRecord(record(.products, key: "8")) }
        #expect(throws: EventFault.self) { try LogRecord(record(.users, key: "7")) }
    }
}
