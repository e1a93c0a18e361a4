import EventLog
import Kafka
import Telemetry

/// `warelog_fold_age_seconds`: the age of the oldest record of each partition that the read model does not have.
struct FoldAgeGauges: Sendable {
    private let gauges: [TopicPartition: Gauge]

    init(_ partitions: PartitionCounts, _ metrics: Metrics) {
        var gauges: [TopicPartition: Gauge] = [:]
        for topic in Topic.allCases {
            for partition in 0..<partitions[topic] {
                gauges[TopicPartition(topic: topic.name, partition: partition)] = metrics.gauge(
                    "warelog_fold_age_seconds", "Age of the oldest record of the log that is not folded.",
                    ["topic": topic.name, "partition": "\(partition)"])
            }
        }
        self.gauges = gauges
    }

    func set(_ ages: [TopicPartition: Duration]) {
        for (partition, age) in ages { gauges[partition]?.set(Int(age.components.seconds)) }
    }
}
