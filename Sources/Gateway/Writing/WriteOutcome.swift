import EventLog
import Events

/// The outcome of a write.
enum WriteOutcome: Sendable {
    /// The resource already had the requested values, and nothing was written.
    case unchanged(Representation, ConsistencyToken)
    /// The command took effect; for a replay, it did so when the client first sent the request. The representation is
    /// nil if the resource was deleted in the meantime.
    case accepted(Decision, Representation?, isReplay: Bool)
    /// The event is on the log, and the fold has not decided on it yet.
    case pending(Pending)

    /// The number of the product or user; nil if nothing was written, or if it is not known yet.
    var resource: Int64? {
        switch self {
        case .unchanged: nil
        case .accepted(let decision, _, _): decision.resource
        case .pending(let pending): pending.isRepeatable ? nil : pending.resource
        }
    }

    struct Pending: Sendable {
        let command: CommandID
        let event: EventID
        /// The number of the product or user.
        let resource: Int64
        /// Whether an earlier attempt of the same command may take effect in place of this one.
        let isRepeatable: Bool
        let token: ConsistencyToken
    }
}

extension WriteOutcome.Pending {
    init<Event>(_ submission: CommandLog.Submission, _ appended: CommandLog.Appended<Event>, resource: Int64) {
        self.init(
            command: submission.command, event: appended.recorded.metadata.id, resource: resource,
            isRepeatable: submission.idempotency != nil, token: appended.token)
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
    /// The resource after the event; nil if the read model does not keep it.
    var representation: Representation? {
        document.map { Representation(json: $0, entityTag: topic == .products ? entityTag : nil) }
    }
}
