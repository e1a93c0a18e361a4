import EventLog
import EventLoop
import Kafka
import Postgres
import Tables

/// `warelog topics create|check`: creates the topics of the log, or checks them.
struct Topics: Sendable {
    let tool: Tool

    /// Creates the missing topics, and records the partition count of each topic and the ends of the partitions.
    /// Existing topics stay as they are.
    func create() async throws -> Int32 {
        try await withLog { admin, connection in
            let recorded = try await LogTopics.recorded(connection)
            let before = try await inspect(admin, recorded)
            let missing = before.filter { $0.partitions == nil }.map { finding in
                NewTopic(
                    name: finding.topic.name, partitions: Int(finding.recordedPartitions ?? tool.settings.partitions),
                    replicationFactor: tool.settings.replicationFactor,
                    configuration: Dictionary(uniqueKeysWithValues: Topic.settings))
            }
            if let lost = before.first(where: { $0.partitions == nil && $0.recordedPartitions != nil }) {
                StandardStream.error.line(
                    "warelog: \(lost.topic.name) was created before and does not exist any more: restore it, or "
                        + "start with an empty database; a new topic would be another log")
                return 1
            }
            let derived = try await inspectDerived(admin).filter { $0.partitions == nil }.map { finding in
                NewTopic(
                    name: finding.topic.name, partitions: Int(tool.settings.partitions),
                    replicationFactor: tool.settings.replicationFactor,
                    configuration: Dictionary(uniqueKeysWithValues: finding.topic.settings))
            }
            var new: Set<String> = []
            for (name, creation) in try await admin.createTopics(missing + derived).sorted(by: { $0.key < $1.key }) {
                switch creation {
                case .created:
                    new.insert(name)
                    StandardStream.error.line("created \(name)")
                case .alreadyExists: break
                case .refused(let error): throw error
                }
            }
            let after = try await inspectUntilVisible(admin, recorded)
            for finding in after {
                guard let count = finding.partitions else { continue }
                let partitions = (0..<count).map { TopicPartition(topic: finding.topic.name, partition: $0) }
                // A new topic has no records, and perhaps no leader yet that could be asked.
                let ends = new.contains(finding.topic.name) ? [:] : try await admin.offsets(of: partitions, at: .latest)
                try await LogTopics.record(finding.topic.name, ends: partitions.map { ends[$0] ?? 0 }, connection)
            }
            return report(
                try await inspect(admin, try await LogTopics.recorded(connection)), try await inspectDerived(admin))
        }
    }

    func check() async throws -> Int32 {
        try await withLog { admin, connection in
            report(
                try await inspect(admin, try await LogTopics.recorded(connection)), try await inspectDerived(admin))
        }
    }

    private func withLog(
        _ body: (KafkaAdmin, PostgresConnection) async throws -> Int32
    ) async throws -> Int32 {
        try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            try await withAdmin(tool.settings.kafka, loop: tool.loop) { try await body($0, connection) }
        }
    }

    private func inspect(_ admin: KafkaAdmin, _ recorded: [String: Int32]) async throws -> [LogGuard.Finding] {
        try await LogGuard.inspect(
            admin, recorded: recorded, isEmbeddedBroker: tool.settings.kafka.isEmbeddedBroker)
    }

    private func inspectDerived(_ admin: KafkaAdmin) async throws -> [DerivedTopic.Finding] {
        try await DerivedTopic.inspect(admin, isEmbeddedBroker: tool.settings.kafka.isEmbeddedBroker)
    }

    /// Waits until the brokers know the created topics; nothing signals that.
    private func inspectUntilVisible(
        _ admin: KafkaAdmin, _ recorded: [String: Int32]
    ) async throws -> [LogGuard.Finding] {
        for _ in 1...50 {
            let findings = try await inspect(admin, recorded)
            let derived = try await inspectDerived(admin)
            if findings.allSatisfy({ $0.partitions != nil }), derived.allSatisfy({ $0.partitions != nil }) {
                return findings
            }
            try await tool.loop.sleep(for: .milliseconds(100))
        }
        return try await inspect(admin, recorded)
    }

    private func report(_ findings: [LogGuard.Finding], _ derived: [DerivedTopic.Finding]) -> Int32 {
        let all =
            findings.map { ($0.topic.name, $0.partitions, $0.faults) }
            + derived.map { ($0.topic.name, $0.partitions, $0.faults) }
        for (name, partitions, faults) in all {
            let partitions = partitions.map { "\($0) partitions" } ?? "missing"
            StandardStream.output.line(
                "\(name): \(faults.isEmpty ? "ok, \(partitions)" : faults.joined(separator: "; "))")
        }
        if tool.settings.kafka.isEmbeddedBroker {
            StandardStream.error.line(
                "the embedded broker does not report the settings of its topics, so they were not checked")
        }
        return all.allSatisfy(\.2.isEmpty) ? 0 : 1
    }
}
