package import EventLog
package import EventLoop
package import Kafka

/// Reads the log from its first record on.
package struct LogScan: Sendable {
    /// The kilobytes of records that are fetched ahead of the reader.
    private static let fetchedAhead = "16384"
    private static let batchSize = 5000

    private let kafka: KafkaConfiguration
    let loop: EventLoop

    package init(_ kafka: KafkaConfiguration, loop: EventLoop) {
        var kafka = kafka
        let bounds = [
            "queued.max.messages.kbytes": Self.fetchedAhead,
            // The requested records exist. A fetch that waited for more at the end of a partition would hold up those
            // that are read next, because librdkafka sends one fetch at a time to a broker.
            "fetch.wait.max.ms": "10",
        ]
        kafka.extra.merge(bounds) { given, _ in given }
        self.kafka = kafka
        self.loop = loop
    }

    /// The present end of the log, for every topic that the fold reads.
    package func ends() async throws -> LogEnds {
        try await withAdmin(kafka, loop: loop) { try await $0.ends(of: Topic.allCases) }
    }

    /// Calls `body` with a reader on `loop`, and closes the reader afterwards.
    package func withReader<Value>(
        on loop: EventLoop, _ body: (Reader) async throws -> Value
    ) async throws -> Value {
        try await withConsumer(kafka, reportsEnds: true, loop: loop) { try await body(Reader($0)) }
    }

    /// A consumer of the log, which must stay on one loop.
    package struct Reader: Sendable {
        fileprivate let consumer: KafkaConsumer

        fileprivate init(_ consumer: KafkaConsumer) { self.consumer = consumer }

        /// Calls `body` with every record before `ends`, those of each partition in their order.
        package func read(to ends: LogEnds, _ body: ([KafkaRecord]) async throws -> Void) async throws {
            var rest = ends.filter { $0.value > 0 }
            guard !rest.isEmpty else { return }
            try consumer.assign(rest.mapValues { _ in 0 })
            while !rest.isEmpty {
                try Task.checkCancellation()
                var reached: LogEnds = [:]
                switch try await consumer.next(maximum: LogScan.batchSize) {
                case .records(let records):
                    try await body(records.filter { $0.offset < ends[$0.topicPartition, default: 0] })
                    for record in records { reached[record.topicPartition] = record.offset + 1 }
                // The last offsets of a partition may hold no record, but the marker of a transaction.
                case .reachedEnd(let ends): reached = ends
                case .assigned, .revoked: continue
                }
                for (partition, next) in reached where next >= rest[partition] ?? .max {
                    rest[partition] = nil
                    try consumer.pause([partition])
                }
            }
        }
    }
}
