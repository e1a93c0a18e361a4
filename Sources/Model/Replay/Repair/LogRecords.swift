import EventLoop
import Kafka

/// Reads single records of the log by their positions.
struct LogRecords: Sendable {
    /// The greatest gap between two requested records that is read through; a wider gap is skipped by a new assignment.
    private static let gap: Int64 = 1000
    private static let patience = Duration.seconds(30)

    let kafka: KafkaConfiguration
    let loop: EventLoop

    /// The records at these ascending offsets; offsets that the log has no record for are left out.
    func read(_ partition: TopicPartition, at offsets: [Int64]) async throws -> [KafkaRecord] {
        guard !offsets.isEmpty else { return [] }
        return try await withConsumer(kafka, reportsEnds: true, loop: loop) { consumer in
            try await loop.withDeadline(Self.patience) { try await Self.read(partition, at: offsets, consumer) }
        }
    }

    private static func read(
        _ partition: TopicPartition, at offsets: [Int64], _ consumer: KafkaConsumer
    ) async throws -> [KafkaRecord] {
        var found: [KafkaRecord] = []
        var wanted = offsets[...]
        var position = Int64.min
        while let next = wanted.first {
            if next - gap > position {
                try consumer.assign([partition: next])
                position = next
            }
            let event = try await consumer.next(maximum: 1000)
            if case .reachedEnd(let ends) = event, let end = ends[partition], end <= next { return found }
            guard case .records(let records) = event else { continue }
            for record in records where record.topicPartition == partition {
                wanted = wanted.drop { $0 < record.offset }
                guard wanted.first == record.offset else { continue }
                found.append(record)
                wanted = wanted.dropFirst()
            }
            position = (records.last?.offset ?? position) + 1
        }
        return found
    }
}
