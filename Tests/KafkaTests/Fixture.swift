import EventLoop
import Kafka

/// A loop, and clients that are closed when their part of a test ends, however it ends.
struct Fixture: Sendable {
    let loop: EventLoop
    let configuration: KafkaConfiguration

    /// Runs `body` on a loop with a thread of its own.
    static func run(
        brokers: String? = Broker.addresses, isEmbedded: Bool = Broker.isEmbedded,
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let thread = try EventLoopThread()
        defer { thread.shutdown() }
        let loop = thread.loop
        let configuration = KafkaConfiguration(
            brokers: brokers ?? "", clientID: "warelog-tests", isEmbeddedBroker: isEmbedded)
        try await withTaskExecutorPreference(loop) {
            try await body(Fixture(loop: loop, configuration: configuration))
        }
    }

    func withProducer<Value>(
        bounds: KafkaProducer.Bounds = .init(), extra: [String: String] = [:],
        _ body: (KafkaProducer) async throws -> Value
    ) async throws -> Value {
        let producer = try KafkaProducer(with(extra), bounds: bounds, loop: loop)
        return try await closing({ await producer.close() }) { try await body(producer) }
    }

    func withConsumer<Value>(
        group: String? = nil, instanceID: String? = nil, extra: [String: String] = [:],
        _ body: (KafkaConsumer) async throws -> Value
    ) async throws -> Value {
        let consumer = try KafkaConsumer(with(extra), group: group, instanceID: instanceID, loop: loop)
        return try await closing({ await consumer.close() }) { try await body(consumer) }
    }

    func withAdmin<Value>(_ body: (KafkaAdmin) async throws -> Value) async throws -> Value {
        let admin = try KafkaAdmin(configuration, loop: loop)
        return try await closing({ await admin.close() }) { try await body(admin) }
    }

    /// Returns a topic of four partitions that no other test uses. Use the first three.
    func makeTopic() async throws -> String {
        let name = unique("topic")
        if Broker.isEmbedded {
            // The embedded broker creates a topic of four partitions for the first record.
            try await withProducer { _ = try await $0.send(topic: name, partition: 3, key: [], value: []) }
        } else {
            try await withAdmin { admin in
                let outcome = try await admin.createTopics([NewTopic(name: name, partitions: 4, replicationFactor: 1)])
                guard case .created = outcome[name] else { throw TopicNotMade() }
            }
        }
        return name
    }

    func unique(_ what: String) -> String { "test-\(what)-\(UInt64.random(in: 0 ... .max))" }

    private func with(_ extra: [String: String]) -> KafkaConfiguration {
        var configuration = configuration
        configuration.extra = extra
        return configuration
    }

    private func closing<Value>(_ close: () async -> Void, _ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await close()
            return value
        } catch {
            await close()
            throw error
        }
    }
}

struct TopicNotMade: Error {}

extension KafkaConsumer {
    /// Returns the next `count` records; assignments before them are skipped.
    func records(_ count: Int) async throws -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        while records.count < count {
            if case .records(let more) = try await next(maximum: 100) { records += more }
        }
        return records
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
