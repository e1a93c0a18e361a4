extension CloudEvent {
    /// The attributes of a record, read header by header; unknown headers are ignored.
    ///
    /// An attribute that cannot be read is a fault and does not count as absent: an event without its expected version
    /// would be accepted where it has to be voided. A trace that cannot be read is no reason to refuse a fact.
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
        private var trace = Trace.absent

        /// The first trace counts, even if it cannot be read.
        private enum Trace {
            case absent, unreadable
            case text(String)
        }

        fileprivate var traceparent: String? {
            if case .text(let text) = trace { text } else { nil }
        }

        package init() {}

        package mutating func read(_ name: String, _ value: [UInt8]?) throws(EventFault) {
            var name = name
            let result: Result<Void, EventFault> = name.withUTF8 { name in
                Result { () throws(EventFault) in
                    guard let value else { return try read(UnsafeRawBufferPointer(name), nil) }
                    let text: Result<Void, EventFault> = value.withUnsafeBytes { value in
                        Result { () throws(EventFault) in try read(UnsafeRawBufferPointer(name), value) }
                    }
                    try text.get()
                }
            }
            try result.get()
        }

        /// Reads a header in place; only attributes are copied from it.
        package mutating func read(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(EventFault)
        {
            // Lengths are compared first, because few names have the same length.
            switch name.count {
            case 5 where name.equals(Name.id): try Self.set(&id, Name.id, value)
            case 7 where name.equals(Name.type): try Self.set(&type, Name.type, value)
            case 7 where name.equals(Name.time): try Self.set(&time, Name.time, value)
            case 8 where name.equals(Name.actor): try Self.set(&actor, Name.actor, value)
            case 9 where name.equals(Name.source): try Self.set(&source, Name.source, value)
            case 10 where name.equals(Name.subject): try Self.set(&subject, Name.subject, value)
            case 11 where name.equals(Name.critical): try Self.set(&critical, Name.critical, value)
            case 11 where name.equals(Name.traceparent): readTrace(value)
            case 12 where name.equals(Name.command): try Self.set(&command, Name.command, value)
            case 14 where name.equals(Name.specVersion): try Self.set(&specVersion, Name.specVersion, value)
            case 16 where name.equals(Name.requestDigest): try Self.set(&requestDigest, Name.requestDigest, value)
            case 17 where name.equals(Name.idempotencyKey): try Self.set(&idempotencyKey, Name.idempotencyKey, value)
            case 18 where name.equals(Name.expectedVersion): try Self.set(&expectedVersion, Name.expectedVersion, value)
            default: break
            }
        }

        private mutating func readTrace(_ value: UnsafeRawBufferPointer?) {
            guard case .absent = trace else { return }
            trace = Self.text(value).map { .text($0) } ?? .unreadable
        }

        /// The length in bytes. The read model finds commands by an index, whose entries have at most 2704 bytes
        /// (PostgreSQL, nbtree): longer text has to be refused here, in every fold alike, and not by the database.
        private static let maximumLength = 1024

        private static func set(
            _ attribute: inout String?, _ name: String, _ value: UnsafeRawBufferPointer?
        ) throws(EventFault) {
            guard let text = text(value) else { throw .invalid(name, "is empty or not text") }
            guard text.utf8.count <= maximumLength else {
                throw .invalid(name, "is longer than \(maximumLength) bytes")
            }
            guard attribute == nil else { throw .invalid(name, "occurs twice") }
            attribute = text
        }

        /// Text as CloudEvents section 3.1 allows it, which is UTF-8 without control characters; nil for other bytes
        /// and for none.
        private static func text(_ bytes: UnsafeRawBufferPointer?) -> String? {
            guard let bytes, !bytes.isEmpty else { return nil }
            for byte in bytes where byte < 0x20 || byte == 0x7F { return nil }
            return String(validating: bytes, as: UTF8.self)
        }
    }

    package init(
        headers: [(name: String, value: [UInt8]?)], value: [UInt8]?, _ upcasters: Upcasters = .registered
    ) throws(EventFault) {
        var attributes = Attributes()
        for header in headers { try attributes.read(header.name, header.value) }
        try self.init(attributes, data: value, upcasters)
    }

    /// `data` is nil for a tombstone.
    package init(
        _ attributes: Attributes, data: [UInt8]?, _ upcasters: Upcasters = .registered
    ) throws(EventFault) {
        self = try attributes.event(data, upcasters)
    }
}

extension CloudEvent.Attributes {
    fileprivate func event(_ data: [UInt8]?, _ upcasters: Upcasters) throws(EventFault) -> CloudEvent {
        typealias Name = CloudEvent.Name
        guard specVersion == "1.0" else { throw .invalid(Name.specVersion, "is not 1.0") }
        guard let type else { throw .missing(Name.type) }
        guard let eventType = upcasters.type(of: type) else {
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
                idempotency: idempotency, actor: actor, traceparent: traceparent),
            data: try upcasters.data(data, of: type))
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

extension UnsafeRawBufferPointer {
    fileprivate func equals(_ text: String) -> Bool { elementsEqual(text.utf8) }
}
