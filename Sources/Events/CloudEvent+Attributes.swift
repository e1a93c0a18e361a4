extension CloudEvent {
    /// The attributes of a record, read header by header; what is not known is ignored.
    ///
    /// An attribute that cannot be read is a fault, never an absent one: an event without its expected version would
    /// be accepted where it has to be voided. A trace that cannot be read is no reason to refuse a fact.
    package struct Attributes {
        private var specVersion: String?
        private var id: String?
        private var type: String?
        private var source: String?
        private var subject: String?
        private var time: String?
        private var command: String?
        private var expectedVersion: String?
        private var idempotencyKey: String?
        private var requestDigest: String?
        private var critical: String?
        private var actor: String?
        /// The first one counts, also when it cannot be read.
        private var traceparent: String??

        package init() {}

        package mutating func read(_ name: String, _ value: [UInt8]?) throws(EventFault) {
            switch name {
            case Name.specVersion: try Self.set(&specVersion, name, value)
            case Name.id: try Self.set(&id, name, value)
            case Name.type: try Self.set(&type, name, value)
            case Name.source: try Self.set(&source, name, value)
            case Name.subject: try Self.set(&subject, name, value)
            case Name.time: try Self.set(&time, name, value)
            case Name.command: try Self.set(&command, name, value)
            case Name.expectedVersion: try Self.set(&expectedVersion, name, value)
            case Name.idempotencyKey: try Self.set(&idempotencyKey, name, value)
            case Name.requestDigest: try Self.set(&requestDigest, name, value)
            case Name.critical: try Self.set(&critical, name, value)
            case Name.actor: try Self.set(&actor, name, value)
            case Name.traceparent: traceparent = traceparent ?? .some(Self.text(value))
            default: break
            }
        }

        /// In bytes. The read model finds commands by an index, whose entries have 2704 (PostgreSQL, nbtree): what does
        /// not fit has to be refused here, where every fold sees it, not by the database.
        private static let maximumLength = 1024

        private static func set(_ attribute: inout String?, _ name: String, _ value: [UInt8]?) throws(EventFault) {
            guard let text = text(value) else { throw .invalid(name, "is empty or no text") }
            guard text.utf8.count <= maximumLength else { throw .invalid(name, "is longer than \(maximumLength) bytes") }
            guard attribute == nil else { throw .invalid(name, "occurs twice") }
            attribute = text
        }

        /// CloudEvents section 3.1: UTF-8 without control characters. Nil for anything else, and for nothing.
        private static func text(_ bytes: [UInt8]?) -> String? {
            guard let bytes, !bytes.isEmpty else { return nil }
            for byte in bytes where byte < 0x20 || byte == 0x7F { return nil }
            return String(validating: bytes, as: UTF8.self)
        }
    }

    package init(headers: [(name: String, value: [UInt8]?)], value: [UInt8]?) throws(EventFault) {
        var attributes = Attributes()
        for header in headers { try attributes.read(header.name, header.value) }
        try self.init(attributes, data: value)
    }

    /// `data` is nil for a tombstone.
    package init(_ attributes: Attributes, data: [UInt8]?) throws(EventFault) {
        self = try attributes.event(data)
    }
}

extension CloudEvent.Attributes {
    fileprivate func event(_ data: [UInt8]?) throws(EventFault) -> CloudEvent {
        typealias Name = CloudEvent.Name
        guard specVersion == "1.0" else { throw .invalid(Name.specVersion, "is not 1.0") }
        guard let type else { throw .missing(Name.type) }
        guard let eventType = EventType(name: type) else {
            throw critical == "true" ? .criticalUnknownType(type) : .unknownType(type)
        }
        guard let id else { throw .missing(Name.id) }
        guard let source else { throw .missing(Name.source) }
        guard let subject else { throw .missing(Name.subject) }
        guard let time else { throw .missing(Name.time) }
        guard let timestamp = Timestamp(time) else { throw .invalid(Name.time, "is not a time in UTC") }
        let version = try version()
        let idempotency = try idempotency()
        guard let data else { throw .missing("data") }
        return CloudEvent(
            type: eventType, source: source, subject: subject,
            metadata: EventMetadata(
                id: EventID(id), time: timestamp, command: command.map(CommandID.init), expectedVersion: version,
                idempotency: idempotency, actor: actor, traceparent: traceparent ?? nil),
            data: data)
    }

    private func version() throws(EventFault) -> Int64? {
        guard let expectedVersion else { return nil }
        guard let version = Int64(expectedVersion) else {
            throw .invalid(CloudEvent.Name.expectedVersion, "is not an integer")
        }
        return version
    }

    private func idempotency() throws(EventFault) -> IdempotencyMark? {
        switch (idempotencyKey, requestDigest) {
        case (let key?, let request?): return IdempotencyMark(key: key, request: request)
        case (nil, nil): return nil
        case (nil, _?): throw .missing(CloudEvent.Name.idempotencyKey)
        case (_?, nil): throw .missing(CloudEvent.Name.requestDigest)
        }
    }
}
