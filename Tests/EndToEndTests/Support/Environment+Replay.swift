import EventLog
import EventLoop
import Events
import JSON
import Kafka
import Postgres
import Testing

/// Questions and actions of the tests of rebuilding.
extension Environment {
    /// The schema of the read model that is live.
    var liveSchema: String {
        get async throws {
            let rows = try await database.query("select generation from warelog.read_models where state = 'live'").rows
            return "read_model_\(try #require(rows.first).int("generation"))"
        }
    }

    /// Expects the generations `live` and `standby`, and nothing that was left behind.
    func expectNoRemains() async throws {
        let known = try await database.query(
            "select 'read_model_' || generation as name, state from warelog.read_models order by 1"
        ).rows
        let schemas = try await database.query(
            "select nspname::text as name from pg_namespace where nspname like 'read\\_model\\_%' order by 1"
        ).rows
        #expect(try schemas.map { try $0.text("name") } == known.map { try $0.text("name") })
        #expect(try known.allSatisfy { ["live", "standby"].contains(try $0.text("state")) })
    }

    /// Runs `warelog` again and again while the server still sees the session of a process that was ended by a signal.
    func runWhenFree(_ arguments: String..., with settings: [String: String] = [:]) async throws -> ToolRun.End {
        while true {
            let end = try await processes.start(tool: arguments, with: settings).end()
            guard end.status == 1, end.output.contains("is held by") else { return end }
            try await loop.sleep(for: .milliseconds(50))
        }
    }

    /// Expects that the live read model equals a fresh fold of the log.
    func expectVerified(_ comment: Comment? = nil) async throws {
        try await caughtUp()
        let end = try await processes.run("verify")
        #expect(end.isDone, "\(comment ?? "") \(end.output)")
    }

    /// Returns `count` products that nobody uses yet, in the order of their ids.
    func leaseProducts(_ count: Int) async throws -> [ProductID] {
        var ids: [ProductID] = []
        while ids.count < count {
            let row = try await database.query("select nextval('warelog.product_id_blocks') * 1000 as first").rows
            let first = try #require(row.first).int("first")
            ids += (1...1000).compactMap { ProductID(first + $0) }
        }
        return Array(ids.prefix(count))
    }

    func withProducer<Value>(_ body: (KafkaProducer, PartitionCounts) async throws -> Value) async throws -> Value {
        let counts = try await logEnds().keys.reduce(into: [:]) { $0[$1.topic, default: Int32(0)] += 1 }
        let producer = try KafkaProducer(KafkaConfiguration(brokers: processes.brokers, clientID: "test"), loop: loop)
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await body(
                    producer,
                    PartitionCounts(products: counts[Topic.products.name] ?? 1, users: counts[Topic.users.name] ?? 1)))
        } catch {
            result = .failure(error)
        }
        await producer.close()
        return try result.get()
    }

    /// Appends events to the log, past any gateway: each product is created, edited twice and, one in five, deleted.
    func appendStories(of products: [ProductID]) async throws {
        try await withProducer { producer, partitions in
            let writer = EventWriter(producer, source: "warelog/test", partitions: partitions)
            for chunk in stride(from: 0, to: products.count, by: 500).map({
                products[$0..<min($0 + 500, products.count)]
            }) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in chunk {
                        group.addTask(executorPreference: loop) {
                            for (index, event) in Self.story(of: id).enumerated() {
                                _ = try await writer.append(event, Self.metadata(id, index))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    private static func story(of id: ProductID) -> [ProductEvent] {
        let user = UserID(1)!
        var story: [ProductEvent] = [
            .created(
                ProductCreated(
                    productID: id, userID: user, name: "Ürün \(id)", description: "told to the log",
                    price: try! Money(cents: id.value % 10_000 + 1), images: [])),
            .updated(ProductUpdated(productID: id, name: "Product \(id)")),
            .updated(ProductUpdated(productID: id, price: try! Money(cents: 12_345))),
        ]
        if id.value % 5 == 0 { story.append(.deleted(ProductDeleted(productID: id))) }
        return story
    }

    static func metadata(_ id: ProductID, _ index: Int) -> EventMetadata {
        EventMetadata(
            id: EventID("test-\(id)-\(index)"),
            time: Timestamp(milliseconds: 1_750_000_000_000 + id.value % 1_000_000 * 10 + Int64(index)),
            command: CommandID("test-\(id)-\(index)"))
    }
}
