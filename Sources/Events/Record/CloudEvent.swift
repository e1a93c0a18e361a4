/// A CloudEvents 1.0 event in binary mode: the headers hold the attributes, the value of the record holds the data.
///
/// Source: CloudEvents 1.0.2, and its Kafka Protocol Binding 1.0.2, section 3.2. The wire names of the attributes are
/// spelled here and nowhere else.
package struct CloudEvent: Sendable, Equatable {
    package let type: EventType
    package let source: String
    package let subject: String
    package let metadata: EventMetadata
    package let data: [UInt8]

    package init(type: EventType, source: String, subject: String, metadata: EventMetadata, data: [UInt8]) {
        self.type = type
        self.source = source
        self.subject = subject
        self.metadata = metadata
        self.data = data
    }

    /// The header that holds the id of the command, for records that cannot be read as a whole.
    package static let commandHeader = Name.command

    enum Name {
        static let specVersion = "ce_specversion"
        static let id = "ce_id"
        static let type = "ce_type"
        static let source = "ce_source"
        static let subject = "ce_subject"
        static let time = "ce_time"
        static let command = "ce_commandid"
        static let expectedVersion = "ce_expectedversion"
        static let idempotencyKey = "ce_idempotencykey"
        static let requestDigest = "ce_requestdigest"
        static let critical = "ce_critical"
        static let actor = "ce_actor"
        static let contentType = "content-type"
        static let traceparent = "traceparent"
    }

    package var headers: [(name: String, value: String)] {
        Self.headers(type: type.name, source: source, subject: subject, metadata)
    }

    /// The headers of a record that is written in the form of an event.
    package static func headers(
        type: String, source: String, subject: String, _ metadata: EventMetadata
    ) -> [(name: String, value: String)] {
        var headers = [
            (name: Name.specVersion, value: "1.0"), (Name.id, metadata.id.text), (Name.type, type),
            (Name.source, source), (Name.subject, subject), (Name.time, metadata.time.description),
            (Name.contentType, "application/json"),
        ]
        if let command = metadata.command { headers.append((Name.command, command.text)) }
        if let version = metadata.expectedVersion { headers.append((Name.expectedVersion, String(version))) }
        if let mark = metadata.idempotency {
            headers += [(Name.idempotencyKey, mark.key), (Name.requestDigest, mark.request)]
        }
        if let actor = metadata.actor { headers.append((Name.actor, actor)) }
        if let traceparent = metadata.traceparent { headers.append((Name.traceparent, traceparent)) }
        return headers
    }
}
