import EventLog
import JSON
import Kafka
import ProductCache
import ReadModel
import Redis
import Replay

/// `warelog quarantine list|show|retry|discard`
struct QuarantineCommand: Sendable {
    let tool: Tool
    private let options: CommandOptions
    private let verb: String
    private var isJSON: Bool { options.has("--json") }
    private var isDryRun: Bool { options.has("--dry-run") }

    init(tool: Tool, _ arguments: some Sequence<String>) throws(WrongUsage) {
        self.tool = tool
        options = try CommandOptions(
            arguments, valued: ["--generation", "--actor", "--reason"], flags: ["--json", "--dry-run", "--all"])
        verb = options.words.first ?? ""
        let isRight =
            switch verb {
            case "list": options.words.count == 1
            case "show", "discard": options.words.count == 2
            case "retry": options.has("--all") ? options.words.count == 1 : options.words.count >= 2
            default: false
            }
        guard isRight else {
            throw WrongUsage(
                "quarantine knows list, show POSITION, retry POSITION… or --all, and discard POSITION --reason TEXT; a "
                    + "position is products.events/3@17")
        }
        if verb == "discard" {
            guard let reason = options["--reason"], !reason.isEmpty else {
                throw WrongUsage("discard needs --reason TEXT")
            }
        }
    }

    func run() async throws -> Int32 {
        let quarantine = Quarantine(tool.settings.postgres, tool.settings.kafka, loop: tool.loop)
        switch verb {
        case "list": try await list(quarantine)
        case "show": try await show(quarantine)
        case "retry":
            let entries = try await quarantine.entries()
            let wanted =
                options.has("--all") ? entries : try options.words.dropFirst().map { try Self.find($0, in: entries) }
            try await report(quarantine.retry(wanted, isDryRun: isDryRun))
        default:
            let entry = try Self.find(options.words[1], in: try await quarantine.entries())
            let outcome = try await quarantine.discard(
                entry, actor: options.actor(), reason: options["--reason"] ?? "", isDryRun: isDryRun)
            try await report([outcome])
        }
        return 0
    }

    private func list(_ quarantine: Quarantine) async throws {
        let entries = try await quarantine.entries(of: try options.count("--generation"))
        if isJSON {
            for entry in entries { Output.standard.line(Self.json(entry)) }
            return
        }
        var table = TextTable(["position", "key", "reason"])
        for entry in entries { table.add([entry.place, entry.key, entry.reason]) }
        Output.standard.write(entries.isEmpty ? "nothing is in quarantine\n" : table.text)
    }

    private func show(_ quarantine: Quarantine) async throws {
        let entry = try Self.find(options.words[1], in: try await quarantine.entries())
        guard let record = try await quarantine.record(at: entry.position) else {
            throw ReplayFault.refused("the log has no record at \(entry.place)")
        }
        if isJSON { return Output.standard.line(Self.json(entry, record)) }
        Output.standard.line("\(entry.place), key \(entry.key): \(entry.reason)")
        for header in record.headers {
            Output.standard.line("  \(header.name): \(Self.text(header.value))")
        }
        Output.standard.line(Self.text(record.value))
    }

    private func report(_ outcomes: [Quarantine.Outcome]) async throws {
        for outcome in outcomes {
            if isJSON {
                Output.standard.line(Self.json(outcome, isDryRun: isDryRun))
            } else {
                let verb = isDryRun ? "would fold" : "folded"
                Output.standard.line(
                    "\(outcome.topic) \(outcome.key): \(verb) \(outcome.folded) records, \(outcome.left.count) stay in quarantine"
                )
                if let first = outcome.left.first { Output.standard.line("  \(first.place): \(first.reason)") }
            }
        }
        let changes = outcomes.compactMap { outcome in
            outcome.changed.map { ProductCache.Change(id: $0.id, offset: $0.offset) }
        }
        if !isDryRun, !changes.isEmpty { await CacheAccess(tool: tool).forget(changes) }
    }

    private static func find(_ text: String, in entries: [Quarantine.Entry]) throws -> Quarantine.Entry {
        guard let entry = entries.first(where: { $0.place == text }) else {
            throw ReplayFault.refused("\(text) is not in quarantine: `warelog quarantine list` says what is")
        }
        return entry
    }

    /// Bytes that are no text are shown as well as they can be, and nothing that moves a terminal's cursor.
    private static func text(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "(none)" }
        return String(
            String.UnicodeScalarView(
                String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }

    // MARK: JSON

    private static func json(_ entry: Quarantine.Entry, _ record: KafkaRecord? = nil) -> String {
        String(
            decoding: JSONWriter.object { json in
                json.write(entry)
                guard let record else { return }
                json.key("headers")
                json.array(record.headers) { json, header in
                    json.object { json in
                        json.key("name")
                        json.string(header.name)
                        json.key("value")
                        json.string(text(header.value))
                    }
                }
                json.key("value")
                json.string(text(record.value))
            }, as: UTF8.self)
    }

    private static func json(_ outcome: Quarantine.Outcome, isDryRun: Bool) -> String {
        String(
            decoding: JSONWriter.object { json in
                json.key("topic")
                json.string(outcome.topic)
                json.key("key")
                json.string(outcome.key)
                json.key("dry_run")
                json.boolean(isDryRun)
                json.key("folded")
                json.integer(outcome.folded)
                json.key("left")
                json.array(outcome.left) { json, entry in json.object { $0.write(entry) } }
            }, as: UTF8.self)
    }
}

extension Quarantine.Entry {
    /// `products.events/3@17`
    fileprivate var place: String { "\(position.partition.topic)/\(position.partition.partition)@\(position.offset)" }
}

extension JSONWriter {
    fileprivate mutating func write(_ entry: Quarantine.Entry) {
        key("position")
        string(entry.place)
        key("key")
        string(entry.key)
        key("reason")
        string(entry.reason)
    }
}
