package import EventLoop
package import Events
package import Kafka

/// Measures the age of records of the log.
package struct Freshness: Sendable {
    private static let patience = Duration.seconds(5)

    private let kafka: KafkaConfiguration
    private let loop: EventLoop

    package init(_ kafka: KafkaConfiguration, loop: EventLoop) {
        self.kafka = kafka
        self.loop = loop
    }

    /// The age in seconds of the first record at or after each position, when the records are read and it is `now`;
    /// records that cannot be read in time are left out.
    package func ages(
        ofRecordsAt places: [TopicPartition: Int64], now: () -> Timestamp
    ) async throws -> [TopicPartition: Double] {
        guard !places.isEmpty else { return [:] }
        let timestamps = Timestamps()
        try await withConsumer(kafka, loop: loop) { consumer in
            try consumer.assign(places)
            do {
                try await loop.withDeadline(Self.patience) {
                    while timestamps.found.count < places.count {
                        guard case .records(let records) = try await consumer.next(maximum: 1000) else { continue }
                        for record in records where timestamps.found[record.topicPartition] == nil {
                            timestamps.found[record.topicPartition] = record.timestamp
                            try consumer.pause([record.topicPartition])
                        }
                    }
                }
            } catch is DeadlineExceeded {}  // the ages that were found have to do
        }
        let now = now().milliseconds
        return timestamps.found.mapValues { max(0, Double(now - $0) / 1000) }
    }

    /// Timestamps by partition, on the loop only.
    private final class Timestamps: @unchecked Sendable {
        var found: [TopicPartition: Int64] = [:]
    }
}
