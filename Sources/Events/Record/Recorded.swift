/// The place of a record in its topic.
package struct LogPosition: Hashable, Sendable, Comparable {
    package let partition: Int32
    package let offset: Int64

    package init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    package static func < (left: LogPosition, right: LogPosition) -> Bool {
        (left.partition, left.offset) < (right.partition, right.offset)
    }
}

/// An event as the log holds it: the fact, its attributes, and its position.
package struct Recorded<Event: Sendable>: Sendable {
    package let event: Event
    package let metadata: EventMetadata
    package let position: LogPosition

    package init(_ event: Event, _ metadata: EventMetadata, at position: LogPosition) {
        self.event = event
        self.metadata = metadata
        self.position = position
    }
}

/// The attributes of an event that are not its data.
package struct EventMetadata: Sendable, Equatable {
    package let id: EventID
    package let time: Timestamp
    /// The command that led to the event; nil when no command did.
    package let command: CommandID?
    /// The content version that the command was decided on; nil when the event holds for any version.
    package let expectedVersion: Int64?
    /// The mark of the request behind the command, where a client can repeat the request.
    package let idempotency: IdempotencyMark?
    /// The operator who is responsible, where there is one. The clients of gateways are not known.
    package let actor: String?
    /// The trace, as W3C Trace Context defines it.
    package let traceparent: String?

    package init(
        id: EventID, time: Timestamp, command: CommandID? = nil, expectedVersion: Int64? = nil,
        idempotency: IdempotencyMark? = nil, actor: String? = nil, traceparent: String? = nil
    ) {
        self.id = id
        self.time = time
        self.command = command
        self.expectedVersion = expectedVersion
        self.idempotency = idempotency
        self.actor = actor
        self.traceparent = traceparent
    }
}

/// Distinguishes a repeated request from another one. It holds digests, so that the log holds no client's key.
package struct IdempotencyMark: Sendable, Equatable {
    /// The digest of the client's key and of the client's identity.
    package let key: String
    /// The digest of the request's content.
    package let request: String

    package init(key: String, request: String) {
        self.key = key
        self.request = request
    }
}
