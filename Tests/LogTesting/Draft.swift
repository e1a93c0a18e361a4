package import EventLog
import Events
package import Kafka

/// A record of the log before it has a position.
package struct Draft: Sendable {
    package var topic: Topic
    /// The id that chooses the partition.
    package var id: Int64
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var headers: [KafkaHeader]
    /// Milliseconds since 1970.
    package var time: Int64
    /// Whether the draft is in a partition other than that of its id.
    package var isAstray = false
    /// Whether an operator has discarded the record.
    package var isDiscarded = false

    init(_ event: ProductEvent, _ metadata: EventMetadata) {
        self.init(
            .products, event.productID.value,
            CloudEvent(
                type: event.type, source: "/test", subject: event.productID.description, metadata: metadata,
                data: event.data))
    }

    init(_ event: UserEvent, _ metadata: EventMetadata) {
        self.init(
            .users, event.userID.value,
            CloudEvent(
                type: event.type, source: "/test", subject: event.userID.description, metadata: metadata,
                data: event.data))
    }

    private init(_ topic: Topic, _ id: Int64, _ event: CloudEvent) {
        self.topic = topic
        self.id = id
        key = Array(event.subject.utf8)
        value = event.data
        headers = event.headers.map { KafkaHeader(name: $0.name, text: $0.value) }
        time = event.metadata.time.milliseconds
    }

    /// Returns the draft with another value for a header, or without the header if `text` is nil.
    func with(_ name: String, _ text: String?) -> Draft {
        var draft = self
        draft.headers.removeAll { $0.name == name }
        if let text { draft.headers.append(KafkaHeader(name: name, text: text)) }
        return draft
    }
}
