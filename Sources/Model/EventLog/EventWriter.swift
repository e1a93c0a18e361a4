package import Events
package import Kafka

/// Appends events to the log. All in-sync replicas have the event when `append` returns.
package final class EventWriter: Sendable {
    private let producer: KafkaProducer
    private let source: String
    private let partitions: PartitionCounts

    /// `source` is the CloudEvents source of this process.
    package init(_ producer: KafkaProducer, source: String, partitions: PartitionCounts) {
        self.producer = producer
        self.source = source
        self.partitions = partitions
    }

    /// Throws if the event may not be on the log; `KafkaError.mayHaveBeenWritten` tells whether it may be there
    /// nevertheless.
    package func append(_ event: ProductEvent, _ metadata: EventMetadata) async throws(KafkaError) -> LogPosition {
        try await append(
            CloudEvent(
                type: event.type, source: source, subject: event.productID.description, metadata: metadata,
                data: event.data),
            to: .products, partition: event.productID.partition(of: partitions.products))
    }

    package func append(_ event: UserEvent, _ metadata: EventMetadata) async throws(KafkaError) -> LogPosition {
        try await append(
            CloudEvent(
                type: event.type, source: source, subject: event.userID.description, metadata: metadata,
                data: event.data),
            to: .users, partition: event.userID.partition(of: partitions.users))
    }

    private func append(
        _ event: CloudEvent, to topic: Topic, partition: Int32
    ) async throws(KafkaError) -> LogPosition {
        let offset = try await producer.send(
            topic: topic.name, partition: partition, key: Array(event.subject.utf8), value: event.data,
            headers: event.headers.map { KafkaHeader(name: $0.name, text: $0.value) },
            timestamp: event.metadata.time.milliseconds)
        return LogPosition(partition: partition, offset: offset)
    }
}

/// The partition count of each topic, which never changes.
package struct PartitionCounts: Sendable, Equatable {
    package let products: Int32
    package let users: Int32

    package init(products: Int32, users: Int32) {
        self.products = products
        self.users = users
    }

    package subscript(topic: Topic) -> Int32 {
        switch topic {
        case .products: products
        case .users: users
        }
    }
}
