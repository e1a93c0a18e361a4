import EventLog
package import Events
package import JSON

/// One event of a product, and the decision on it.
package struct HistoryEntry: Sendable {
    package let event: Recorded<ProductEvent>
    /// The process that wrote the event.
    package let source: String
    /// The reason why the event had no effect; nil when it was accepted.
    package let voidReason: String?
    /// The counters of the product after the event.
    package let version: Int64
    package let mediaRevision: Int64
    /// The changes by the event: empty when it was voided or changed nothing, nil when folding the events before it
    /// would have cost too much.
    package let changes: [FieldChange]?

    package func write(to json: inout JSONWriter) {
        let metadata = event.metadata
        json.object { json in
            json.key("position")
            json.object { json in
                json.member("topic", Topic.products.name)
                json.member("partition", event.position.partition)
                json.member("offset", event.position.offset)
            }
            json.member("time", metadata.time.description)
            json.member("type", event.event.type.name)
            json.member("event_id", metadata.id.text)
            json.member("command_id", metadata.command?.text)
            json.member("source", source)
            json.member("actor", metadata.actor)
            json.member("verdict", voidReason == nil ? "accepted" : "voided")
            json.member("void_reason", voidReason)
            json.member("version", version)
            json.member("media_revision", mediaRevision)
            json.key("changes")
            if let changes { Self.write(changes, to: &json) } else { json.null() }
        }
    }

    private static func write(_ changes: [FieldChange], to json: inout JSONWriter) {
        json.object { json in
            for change in changes {
                json.key(change.field)
                json.object { json in
                    json.key("from")
                    if let from = change.from { json.raw(from) } else { json.null() }
                    json.key("to")
                    if let to = change.to { json.raw(to) } else { json.null() }
                }
            }
        }
    }
}
