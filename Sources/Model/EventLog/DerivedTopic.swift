package import Kafka

/// A topic that is derived from the log and is not part of it: it can be made from the log again.
package enum DerivedTopic: String, CaseIterable, Sendable {
    case deadLetters = "products.dead-letters"

    package var name: String { rawValue }

    /// The settings that the topic is created with and has to keep: an operator has 30 days for a dead letter.
    package var settings: [(String, String)] {
        switch self {
        case .deadLetters: [("cleanup.policy", "delete"), ("retention.ms", "2592000000")]
        }
    }

    /// The state of one topic, and its faults.
    package struct Finding: Sendable, Equatable {
        package let topic: DerivedTopic
        /// Nil when the topic does not exist.
        package let partitions: Int32?
        package let faults: [String]
    }

    package static func inspect(
        _ admin: KafkaAdmin, isEmbeddedBroker: Bool
    ) async throws(KafkaError) -> [Finding] {
        var counts: [String: Int32] = [:]
        for topic in try await admin.metadata(allCases.map(\.name)) where topic.exists {
            counts[topic.name] = Int32(topic.partitionCount)
        }
        let present = allCases.map(\.name).filter { counts[$0] != nil }
        let settings = isEmbeddedBroker || present.isEmpty ? [:] : try await admin.topicConfiguration(present)
        return allCases.map { topic in
            Finding(
                topic: topic, partitions: counts[topic.name],
                faults: topic.faults(exists: counts[topic.name] != nil, settings[topic.name] ?? [:]))
        }
    }

    func faults(exists: Bool, _ actual: [String: String]) -> [String] {
        guard exists else { return ["\(name) does not exist: run `warelog topics create`"] }
        return settings.compactMap { setting, wanted in
            guard let value = actual[setting], value != wanted else { return nil }
            return "\(name) has \(setting)=\(value): set it to \(wanted)"
        }
    }
}
