import EventLog
import Events
import Postgres

/// What the fold has made of a command: its row in `warelog.commands`.
struct Decision: Sendable {
    /// Of the last event that carried the command.
    let event: EventID
    let topic: Topic
    let position: LogPosition
    /// The product's or user's number.
    let resource: Int64
    /// The resource's counters, after the event.
    let version: Int64
    let mediaRevision: Int64
    /// Nil when the event took effect.
    let refusal: VoidReason?
    /// Of the request, where it had an idempotency key.
    let requestDigest: String?
    /// The resource's document after the event, where the request had an idempotency key and the resource is still there.
    let document: [UInt8]?

    static let columns = """
        command_id, event_id, topic, log_partition, log_offset, resource_id, version, media_revision, void_reason,
        request_digest, document
        """

    init(row: PostgresRow) throws(PostgresError) {
        event = EventID(try row.text("event_id"))
        topic = Topic(rawValue: try row.text("topic")) ?? .products
        position = LogPosition(partition: Int32(try row.int("log_partition")), offset: try row.int("log_offset"))
        resource = try row.int("resource_id")
        version = try row.int("version")
        mediaRevision = try row.int("media_revision")
        // A reason that only a newer projector knows is a refusal all the same.
        refusal = try row.optionalText("void_reason").map { VoidReason(rawValue: $0) ?? .versionMismatch }
        requestDigest = try row.optionalText("request_digest")
        document = try row.optionalText("document").map { Array($0.utf8) }
    }

    var entityTag: String { ProductDocument.entityTag(version: version, mediaRevision: mediaRevision) }
    var token: ConsistencyToken { ConsistencyToken(topic, position) }
    var location: String { "/\(topic == .users ? "users" : "products")/\(resource)" }

    /// The same refusal at once and in an operation that is looked at later.
    var problem: Problem? {
        switch refusal {
        case nil: nil
        case .versionMismatch: .preconditionFailed(version: version, mediaRevision: mediaRevision)
        case .unknownProduct, .gone: Problem(.productNotFound)
        case .unknownImage: Problem(.imageNotFound)
        case .tooManyImages: Problem(.tooManyImages)
        case .alreadyExists, .duplicateCommand, .alreadyAnswered: Problem(.conflict)
        }
    }
}
