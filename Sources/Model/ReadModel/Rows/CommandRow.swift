package import EventLog
package import Events

/// The last decision on a command in its partition.
package struct CommandRow: ReadModelRow, Sendable {
    package let id: CommandID
    package let event: EventID
    package let topic: Topic
    package let position: LogPosition
    package let resource: Int64
    package let version: Int64
    package let mediaRevision: Int64
    package let voidReason: VoidReason?
    package let idempotency: IdempotencyMark?
    /// The document that answers a repeated request; nil when no request can be repeated, or the resource is gone.
    package let document: [UInt8]?

    package static var tableName: String { ReadModelTable.commands.rawValue }
    package static let columns: [ReadModelColumn<CommandRow>] = [
        .int("resource_id") { $0.resource },
        .int32("log_partition") { $0.position.partition },
        .int("log_offset") { $0.position.offset },
        .int("version") { $0.version },
        .int("media_revision") { $0.mediaRevision },
        .text("topic") { $0.topic.name },
        .text("command_id") { $0.id.text },
        .text("event_id") { $0.event.text },
        .text("void_reason") { $0.voidReason?.rawValue },
        .text("idempotency_key") { $0.idempotency?.key },
        .text("request_digest") { $0.idempotency?.request },
        .utf8("document") { $0.document },
    ]
    /// A decision replaces a refusal of the same command in the same partition.
    package static var onConflict: ConflictRule {
        .replaces(key: ["command_id", "log_partition", "topic"], condition: "stored.void_reason is not null")
    }
}
