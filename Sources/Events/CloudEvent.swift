/// A CloudEvents 1.0 event in binary mode: the attributes as headers, the data as the record's value.
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

    private enum Name {
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
        static let contentType = "content-type"
        static let traceparent = "traceparent"

        /// What the fold depends on.
        static let attributes: Set = [
            specVersion, id, type, source, subject, time, command, expectedVersion, idempotencyKey, requestDigest,
            critical,
        ]
    }

    package var headers: [(name: String, value: String)] {
        Self.headers(type: type.name, source: source, subject: subject, metadata)
    }

    /// Those of what is written as an event is.
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
        if let traceparent = metadata.traceparent { headers.append((Name.traceparent, traceparent)) }
        return headers
    }

    /// Reads a record's headers; what it does not know it ignores. `value` is nil for a tombstone.
    ///
    /// An attribute that cannot be read is a fault, never an absent one: an event without its expected version would
    /// be accepted where it has to be voided. A trace that cannot be read is no reason to refuse a fact.
    package init(headers: [(name: String, value: [UInt8]?)], value: [UInt8]?) throws(EventFault) {
        var known: [String: String] = [:]
        for header in headers where Name.attributes.contains(header.name) {
            guard let text = Self.text(header.value) else { throw .invalid(header.name, "is empty or no text") }
            if known.updateValue(text, forKey: header.name) != nil { throw .invalid(header.name, "occurs twice") }
        }
        guard known[Name.specVersion] == "1.0" else { throw .invalid(Name.specVersion, "is not 1.0") }
        guard let typeName = known[Name.type] else { throw .missing(Name.type) }
        guard let type = EventType(name: typeName) else {
            throw known[Name.critical] == "true" ? .criticalUnknownType(typeName) : .unknownType(typeName)
        }
        guard let id = known[Name.id] else { throw .missing(Name.id) }
        guard let source = known[Name.source] else { throw .missing(Name.source) }
        guard let subject = known[Name.subject] else { throw .missing(Name.subject) }
        guard let timeText = known[Name.time] else { throw .missing(Name.time) }
        guard let time = Timestamp(timeText) else { throw .invalid(Name.time, "is not a time in UTC") }
        var expectedVersion: Int64?
        if let text = known[Name.expectedVersion] {
            guard let version = Int64(text) else { throw .invalid(Name.expectedVersion, "is not an integer") }
            expectedVersion = version
        }
        let idempotency: IdempotencyMark?
        switch (known[Name.idempotencyKey], known[Name.requestDigest]) {
        case (let key?, let request?): idempotency = IdempotencyMark(key: key, request: request)
        case (nil, nil): idempotency = nil
        case (nil, _?): throw .missing(Name.idempotencyKey)
        case (_?, nil): throw .missing(Name.requestDigest)
        }
        guard let value else { throw .missing("data") }
        self.init(
            type: type, source: source, subject: subject,
            metadata: EventMetadata(
                id: EventID(id), time: time, command: known[Name.command].map(CommandID.init),
                expectedVersion: expectedVersion,
                idempotency: idempotency,
                traceparent: headers.first { $0.name == Name.traceparent }.flatMap { Self.text($0.value) }),
            data: value)
    }

    /// CloudEvents section 3.1: UTF-8 without control characters. Nil for anything else, and for nothing.
    private static func text(_ bytes: [UInt8]?) -> String? {
        guard let bytes, !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
