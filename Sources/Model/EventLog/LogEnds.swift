package import Kafka

/// An end of the log: for each partition, the offset after the last record that belongs to it.
package typealias LogEnds = [TopicPartition: Int64]

extension KafkaAdmin {
    /// Returns where `topics` end now, all of their partitions. Throws `LogFault` if a topic does not exist.
    package func ends(of topics: [Topic]) async throws -> LogEnds {
        let metadata = try await metadata(topics.map(\.name))
        if let missing = metadata.first(where: { !$0.exists }) {
            throw LogFault(faults: ["\(missing.name) does not exist"])
        }
        return try await offsets(of: metadata.flatMap(\.partitions), at: .latest)
    }
}
