import EventLog
import Events
import History

/// Formats events as lines of text.
enum HistoryText {
    /// `2026-11-21T08:30:00.000Z products.events/3@17 ProductUpdated 2.0 product_price 24.5 -> 22 …`
    static func line(_ entry: HistoryEntry) -> String {
        let outcome = entry.voidReason.map { ["voided: \($0)"] } ?? changes(entry.changes ?? [])
        return ([place(entry), "\(entry.version).\(entry.mediaRevision)"] + outcome + [origin(entry)])
            .joined(separator: "  ")
    }

    static func place(_ entry: HistoryEntry) -> String {
        let position = entry.event.position
        return "\(entry.event.metadata.time)  \(Topic.products.name)/\(position.partition)@\(position.offset)  "
            + entry.event.event.type.shortName
    }

    /// The origin of the event: actor, process, event and command.
    static func origin(_ entry: HistoryEntry) -> String {
        let metadata = entry.event.metadata
        let actor = metadata.actor.map { "\(printable($0)) through " } ?? ""
        let command = metadata.command.map { ", command \(printable($0.text))" } ?? ""
        return "by \(actor)\(printable(entry.source)), event \(printable(metadata.id.text))\(command)"
    }

    private static func changes(_ changes: [FieldChange]) -> [String] {
        if changes.isEmpty { return ["no change"] }
        return changes.map { "\($0.field) \(value($0.from)) -> \(value($0.to))" }
    }

    /// The JSON, cut where it is too long for a line; `none` for nil.
    static func value(_ json: [UInt8]?) -> String { json.map { short(String(decoding: $0, as: UTF8.self)) } ?? "none" }

    static func short(_ text: String, length: Int = 120) -> String {
        printable(text.count > length ? text.prefix(length) + "…" : text)
    }

    /// The text with control characters replaced, which a terminal would obey.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension EventType {
    /// The name without the parts that all names have in common.
    var shortName: String { name.split(separator: ".").dropFirst().first.map(String.init) ?? name }
}
