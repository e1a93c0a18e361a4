import EventLog
import Events
import Postgres

/// The fold's decision on a command: a row of `warelog.commands`.
struct Decision: Sendable {
    /// The reason why an event is void.
    enum Refusal: Sendable, Equatable {
        case known(VoidReason)
        /// A reason that only a newer projector knows.
        case unknown(String)

        init(_ text: String) { self = VoidReason(rawValue: text).map { .known($0) } ?? .unknown(text) }

        /// Whether the event would take effect if it were decided on the present state.
        var isConflict: Bool { self == .known(.versionMismatch) }
    }

    /// The last event of the command.
    let event: EventID
    let topic: Topic
    let position: LogPosition
    /// The number of the product or user.
    let resource: Int64
    /// The content version of the resource after the event.
    let version: Int64
    let mediaRevision: Int64
    /// Nil if the event took effect.
    let refusal: Refusal?
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
        refusal = try row.optionalText("void_reason").map { Refusal($0) }
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
        case .known(.versionMismatch): .preconditionFailed(version: version, mediaRevision: mediaRevision)
        case .known(.unknownProduct), .known(.gone): Problem(.productNotFound)
        case .known(.unknownImage): Problem(.imageNotFound)
        case .known(.tooManyImages): Problem(.tooManyImages)
        case .known(.alreadyExists), .known(.duplicateCommand), .known(.alreadyAnswered): Problem(.conflict)
        case .unknown(let reason): Problem(.refused, "The reason is `\(reason)`, which a later release explains.")
        }
    }
}
