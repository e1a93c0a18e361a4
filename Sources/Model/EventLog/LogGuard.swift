package import Kafka

/// Checks the log before anything is read from it or written to it: a log that loses records, or whose partitions
/// have changed, must stop the process with a message that says what to do.
package enum LogGuard {
    /// The state of one topic: what the broker says, and what was recorded when the topic was created.
    package struct Finding: Sendable, Equatable {
        package let topic: Topic
        /// Nil when the topic does not exist.
        package let partitions: Int32?
        /// Nil when it has not been recorded yet.
        package let recordedPartitions: Int32?
        /// The settings of the topic; nil when the broker does not tell them, as the embedded one.
        package let settings: [String: String]?
        /// Differs each time a topic of this name is created.
        package let topicID: String?

        package init(
            topic: Topic, partitions: Int32?, recordedPartitions: Int32?, settings: [String: String]?,
            topicID: String? = nil
        ) {
            self.topic = topic
            self.partitions = partitions
            self.recordedPartitions = recordedPartitions
            self.settings = settings
            self.topicID = topicID
        }

        /// The faults of the topic.
        package var faults: [String] {
            guard let partitions else { return ["\(topic.name) does not exist: run `warelog topics create`"] }
            var faults: [String] = []
            if let recorded = recordedPartitions, recorded != partitions {
                faults.append(
                    "\(topic.name) has \(partitions) partitions and was created with \(recorded): "
                        + "the partition of an id would change; restore the topic, or migrate to a new log")
            }
            for (name, wanted) in Topic.settings {
                guard let settings, let actual = settings[name], actual != wanted else { continue }
                faults.append("\(topic.name) has \(name)=\(actual), which loses events: set it to \(wanted)")
            }
            return faults
        }
    }

    /// Looks at every topic. `recorded` are the recorded partition counts.
    package static func inspect(
        _ admin: KafkaAdmin, recorded: [String: Int32], isEmbeddedBroker: Bool
    ) async throws(KafkaError) -> [Finding] {
        let names = Topic.allCases.map(\.name)
        var counts: [String: Int32] = [:]
        var ids: [String: String] = [:]
        for topic in try await admin.metadata(names) where topic.exists {
            counts[topic.name] = Int32(topic.partitionCount)
            ids[topic.name] = topic.topicID
        }
        let present = names.filter { counts[$0] != nil }
        let settings = isEmbeddedBroker || present.isEmpty ? [:] : try await admin.topicConfiguration(present)
        return Topic.allCases.map { topic in
            Finding(
                topic: topic, partitions: counts[topic.name], recordedPartitions: recorded[topic.name],
                settings: settings[topic.name], topicID: ids[topic.name])
        }
    }

    /// The epoch of a log that `check` accepts.
    package static func epoch(_ findings: [Finding]) -> LogEpoch {
        LogEpoch(topicIDs: findings.map { $0.topicID ?? "" })
    }

    /// Returns the partition counts, or throws the faults.
    package static func check(_ findings: [Finding]) throws(LogFault) -> PartitionCounts {
        let faults = findings.flatMap(\.faults)
        var counts: [Topic: Int32] = [:]
        for finding in findings { counts[finding.topic] = finding.partitions }
        guard faults.isEmpty, let products = counts[.products], let users = counts[.users] else {
            throw LogFault(faults: faults)
        }
        return PartitionCounts(products: products, users: users)
    }
}

/// The faults of the log, which keep a process from starting.
package struct LogFault: Error, CustomStringConvertible, Equatable {
    package let faults: [String]

    package init(faults: [String]) { self.faults = faults }

    package var description: String { faults.joined(separator: "; ") }
}
