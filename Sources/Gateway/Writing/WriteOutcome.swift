import EventLog
import Events

/// What became of a write.
enum WriteOutcome: Sendable {
    /// The resource was already as the request wants it, and nothing was written.
    case unchanged(Representation, ConsistencyToken)
    /// The command took effect: now, or, for a replay, when the request came before. There is no representation if the
    /// resource has been deleted since.
    case accepted(Decision, Representation?, isReplay: Bool)
    /// The event is on the log, and the fold has not decided yet.
    case pending(Pending)

    /// The product's or user's number; nil if nothing was written.
    var resource: Int64? {
        switch self {
        case .unchanged: nil
        case .accepted(let decision, _, _): decision.resource
        case .pending(let pending): pending.resource
        }
    }

    struct Pending: Sendable {
        let command: CommandID
        let event: EventID
        /// The product's or user's number.
        let resource: Int64
        let token: ConsistencyToken
    }
}

extension WriteOutcome.Pending {
    init<Event>(_ command: CommandID, _ appended: CommandLog.Appended<Event>, resource: Int64) {
        self.init(
            command: command, event: appended.recorded.metadata.id, resource: resource,
            token: appended.token)
    }
}

/// A resource's document, and its entity tag if it has one.
struct Representation: Sendable {
    let json: [UInt8]
    let entityTag: String?

    init(json: [UInt8], entityTag: String?) {
        self.json = json
        self.entityTag = entityTag
    }

    init(_ product: Product) {
        let document = ProductDocument(product)
        self.init(json: document.json, entityTag: document.entityTag)
    }

    init(_ user: User) { self.init(json: user.json, entityTag: nil) }
}

extension Decision {
    /// The resource as the event left it; nil where the read model does not keep that.
    var representation: Representation? {
        document.map { Representation(json: $0, entityTag: topic == .products ? entityTag : nil) }
    }
}
