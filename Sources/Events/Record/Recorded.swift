/// Where a record stands in its log.
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

/// An event as the log holds it: the fact, who it is, when it was decided and on what, and where it stands.
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
    /// The command that led to the event; none for what no one asked for.
    package let command: CommandID?
    /// The content version that the command was decided on; none when it holds for any.
    package let expectedVersion: Int64?
    /// The request behind the command, where it can come again.
    package let idempotency: IdempotencyMark?
    /// The person who is responsible, where that is known: an operator. Whom a gateway's client is, nobody knows here.
    package let actor: String?
    /// W3C Trace Context.
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

/// Tells a request that comes again from another one: digests, so that the log holds nobody's key.
package struct IdempotencyMark: Sendable, Equatable {
    /// Of the client's key, and of who the client is.
    package let key: String
    /// Of what is asked for.
    package let request: String

    package init(key: String, request: String) {
        self.key = key
        self.request = request
    }
}
