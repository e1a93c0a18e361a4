import EventLog
import Events
import Postgres

/// The fold's decision on a command: a row of `warelog.commands`.
struct Decision: Sendable {
    /// The last event of the command.
    let event: EventID
    let topic: Topic
    let position: LogPosition
    /// The number of the product or user.
    let resource: Int64
    /// The content version of the resource after the event.
    let version: Int64
    let mediaRevision: Int64
    /// The reason why the event is void; nil if it took effect.
    let refusal: VoidReason?
    /// The digest of the request, if it had an idempotency key.
    let requestDigest: String?
    /// The document of the resource after the event, if the request had an idempotency key and the resource exists.
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
        // A reason that only a newer projector knows is still a refusal.
        refusal = try row.optionalText("void_reason").map { VoidReason(rawValue: $0) ?? .versionMismatch }
        requestDigest = try row.optionalText("request_digest")
        document = try row.optionalText("document").map { Array($0.utf8) }
    }

    var entityTag: String { ProductDocument.entityTag(version: version, mediaRevision: mediaRevision) }
    var token: ConsistencyToken { ConsistencyToken(topic, position) }
    var location: String { "/\(topic == .users ? "users" : "products")/\(resource)" }

    /// The problem of a refused command, the same in an immediate answer and in an operation that is read later.
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
