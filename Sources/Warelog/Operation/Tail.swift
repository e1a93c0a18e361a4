import EventLog
import EventLoop
import Events
import Glibc
import Kafka

/// `warelog tail`: prints the log as it is written, one line for each event, the records of a partition in their order.
struct Tail: Sendable {
    /// The arguments: which events are printed, and how.
    struct Selection: Sendable {
        let type: EventType?
        let product: ProductID?
        let isFromBeginning: Bool
        let isJSON: Bool
        let limit: Int

        init(_ arguments: some Sequence<String>) throws(WrongUsage) {
            let options = try CommandOptions(
                arguments, valued: ["--type", "--product", "--limit"], flags: ["--from-beginning", "--json"])
            guard options.words.isEmpty else { throw WrongUsage("tail takes options only") }
            type = try options["--type"].map(Self.type)
            product = try options["--product"].map(Self.product)
            isFromBeginning = options.has("--from-beginning")
            isJSON = options.has("--json")
            limit = try options.count("--limit") ?? .max
        }

        private static func type(_ name: String) throws(WrongUsage) -> EventType {
            guard let type = EventType.allCases.first(where: { $0.name == name || $0.shortName == name }) else {
                let names = EventType.allCases.map(\.shortName).joined(separator: ", ")
                throw WrongUsage("there is no type \(name); there are \(names)")
            }
            return type
        }

        private static func product(_ text: String) throws(WrongUsage) -> ProductID {
            guard let id = ProductID(text) else { throw WrongUsage("--product must be the id of a product") }
            return id
        }
    }

    let tool: Tool
    let selection: Selection

    /// Runs until `limit` lines are written, nobody reads them any more, or SIGINT or SIGTERM arrives.
    func run() async throws -> Int32 {
        let signals = try tool.loop.signals([SIGINT, SIGTERM])
        let starts = try await starts()
        try await withConsumer(tool.settings.kafka, loop: tool.loop) { consumer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: tool.loop) { try await follow(consumer, from: starts) }
                group.addTask(executorPreference: tool.loop) { for await _ in signals { break } }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        return 0
    }

    /// The start of each partition that may hold the wanted events.
    private func starts() async throws -> [TopicPartition: Int64] {
        try await withAdmin(tool.settings.kafka, loop: tool.loop) { admin in
            var partitions: [TopicPartition] = []
            for topic in try await admin.metadata(topics.map(\.name)) {
                let own = selection.product?.partition(of: Int32(topic.partitionCount))
                partitions += topic.partitions.filter { own == nil || $0.partition == own }
            }
            return try await admin.offsets(of: partitions, at: selection.isFromBeginning ? .earliest : .latest)
        }
    }

    private var topics: [Topic] { selection.product == nil ? [.products, .users] : [.products] }

    private func follow(_ consumer: KafkaConsumer, from starts: [TopicPartition: Int64]) async throws {
        let key = selection.product?.description
        try consumer.assign(starts)
        var left = selection.limit
        while true {
            guard case .records(let records) = try await consumer.next(maximum: 500) else { continue }
            for record in records where key == nil || record.keyText == key {
                let line = TailLine(record)
                if let type = selection.type, line.type != type { continue }
                guard StandardStream.output.deliver((selection.isJSON ? line.json : line.text) + "\n") else { return }
                left -= 1
                if left == 0 { return }
            }
        }
    }
}
