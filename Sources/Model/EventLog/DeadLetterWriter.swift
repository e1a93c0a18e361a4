import Events
import Kafka

/// Appends dead letters to their topic, each by the product it is of.
package struct DeadLetterWriter: Sendable {
    private let producer: KafkaProducer
    private let source: String
    private let partitions: Int32

    /// `source` is the CloudEvents source of what this process writes, `partitions` how many the topic has.
    package init(_ producer: KafkaProducer, source: String, partitions: Int32) {
        self.producer = producer
        self.source = source
        self.partitions = partitions
    }

    /// It is on all in-sync replicas when this returns.
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
