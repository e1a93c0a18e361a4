package import Events
package import Kafka

/// Appends dead letters to their topic, each to the partition of its product.
package struct DeadLetterWriter: Sendable {
    private let producer: KafkaProducer
    private let source: String
    private let partitions: Int32

    /// `source` is the CloudEvents source of this process, and `partitions` the partition count of the topic.
    package init(_ producer: KafkaProducer, source: String, partitions: Int32) {
        self.producer = producer
        self.source = source
        self.partitions = partitions
    }

    /// Appends the letter; all in-sync replicas have it when this returns.
    package func append(_ letter: DeadLetter) async throws(KafkaError) {
        let headers = CloudEvent.headers(
            type: DeadLetter.type, source: source, subject: letter.productID.description,
            EventMetadata(id: letter.id, time: letter.time))
        _ = try await producer.send(
            topic: DerivedTopic.deadLetters.name, partition: letter.productID.partition(of: partitions),
            key: Array(letter.productID.description.utf8), value: letter.data,
            headers: headers.map { KafkaHeader(name: $0.name, text: $0.value) }, timestamp: letter.time.milliseconds)
    }
}
