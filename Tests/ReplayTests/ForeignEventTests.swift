import EventLog
import Events
import Kafka
import LogTesting
import ReadModel
import Testing

/// Events that other writers append to the log.
@Suite(.timeLimit(.minutes(20)))
struct ForeignEventTests {
    private static let counts = PartitionCounts(products: 1, users: 1)
    private static let time = Timestamp(milliseconds: 1_795_000_000_000)

    private static func record(
        _ event: ProductEvent, _ offset: Int64, id: String, command: String? = nil, source: String = "/elsewhere"
    ) -> KafkaRecord {
        let metadata = EventMetadata(id: EventID(id), time: time, command: command.map { CommandID($0) })
        let cloud = CloudEvent(
            type: event.type, source: source, subject: event.productID.description, metadata: metadata,
            data: event.data)
        return KafkaRecord(
            topicPartition: TopicPartition(topic: Topic.products.name, partition: 0), offset: offset,
            timestamp: time.milliseconds, key: Array(cloud.subject.utf8), value: cloud.data,
            headers: cloud.headers.map { KafkaHeader(name: $0.name, text: $0.value) })
    }

    private static func created(_ id: Int64) throws -> ProductEvent {
        .created(
            ProductCreated(
                productID: try #require(ProductID(id)), userID: try #require(UserID(1)), name: "first",
                description: "", price: try Money(cents: 100), images: []))
    }

    private static func renamed(_ name: String) throws -> ProductEvent {
        .updated(ProductUpdated(productID: try #require(ProductID(1)), name: name))
    }

    private static func name(after records: [KafkaRecord], inBatchesOf size: Int) throws -> String? {
        var model = MemoryReadModel(of: counts)
        for start in stride(from: 0, to: records.count, by: size) {
            try model.project(Array(records[start..<min(start + size, records.count)]))
        }
        return try #require(model.documents[1]).split(separator: "\"product_name\":\"").last?.split(separator: "\"")
            .first
            .map(String.init)
    }

    /// CloudEvents 1.0.2, section 3.1.1: the same source and id are the same event.
    @Test(arguments: [1, 10]) func aCopyOfAnEventWithoutACommandHasNoEffect(batch: Int) throws {
        let copy = try Self.renamed("second")
        let records = [
            Self.record(try Self.created(1), 0, id: "a"), Self.record(copy, 1, id: "b"),
            Self.record(try Self.renamed("third"), 2, id: "c"), Self.record(copy, 3, id: "b"),
        ]
        #expect(try Self.name(after: records, inBatchesOf: batch) == "third")
    }

    @Test func theSameIDOfAnotherSourceIsAnotherEvent() throws {
        let records = [
            Self.record(try Self.created(1), 0, id: "a"), Self.record(try Self.renamed("second"), 1, id: "b"),
            Self.record(try Self.renamed("third"), 2, id: "b", source: "/elsewhere/2"),
        ]
        #expect(try Self.name(after: records, inBatchesOf: 1) == "third")
    }

    @Test func aCommandDecidesWhereThereIsOne() throws {
        let records = [
            Self.record(try Self.created(1), 0, id: "a", command: "1"),
            Self.record(try Self.renamed("second"), 1, id: "a", command: "2"),
            Self.record(try Self.renamed("third"), 2, id: "c", command: "2"),
        ]
        #expect(try Self.name(after: records, inBatchesOf: 1) == "second")
    }

    @Test func anIDThatNobodyLeasesIsQuarantinedByName() throws {
        for id in [ProductID.maximum, ProductID.maximumLeased + 1] {
            var batch = Batch([Self.record(try Self.created(id), 0, id: "a")], of: Self.counts)
            batch.fold(LoadedState())
            #expect(batch.changes.products.isEmpty)
            #expect(
                batch.changes.quarantined.first?.reason
                    == "the id \(id) is beyond the product ids that are leased (1 to 1000000000000000)")
        }
        var batch = Batch([Self.record(try Self.created(ProductID.maximumLeased), 0, id: "a")], of: Self.counts)
        batch.fold(LoadedState())
        #expect(batch.changes.products.count == 1)
    }
}
