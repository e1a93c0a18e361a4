import EventLog
import JSON
import Kafka
import ProductCache
import ReadModel
import Redis
import Replay

/// `warelog quarantine list|show|retry|discard`: shows the records that could not be folded, and repairs their
/// products.
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
                "quarantine needs list, show POSITION, retry POSITION… or --all, or discard POSITION --reason TEXT; a "
                    + "position looks like products.events/3@17")
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
            return try await retry(wanted, quarantine)
        default:
            let entry = try Self.find(options.words[1], in: try await quarantine.entries())
            let outcome = try await quarantine.discard(
                entry, actor: options.actor(), reason: options["--reason"] ?? "", isDryRun: isDryRun)
            show(outcome)
            await forget([outcome])
        }
        return 0
    }

    /// The exit status is 1 when an entity could not be folded; the others are folded all the same.
    private func retry(_ entries: [Quarantine.Entry], _ quarantine: Quarantine) async throws -> Int32 {
        var outcomes: [RefoldOutcome] = []
        do {
            try await quarantine.retry(entries, isDryRun: isDryRun) { outcome in
                show(outcome)
                outcomes.append(outcome)
            }
        } catch {
            await forget(outcomes)
            throw error
        }
        await forget(outcomes)
        return outcomes.contains { if case .failed = $0.result { true } else { false } } ? 1 : 0
    }

    private func list(_ quarantine: Quarantine) async throws {
        let entries = try await quarantine.entries(of: try options.count("--generation"))
        if isJSON {
            for entry in entries { StandardStream.output.line(Self.json(entry)) }
            return
        }
        var table = TextTable(["position", "key", "reason"])
        for entry in entries { table.add([entry.place, entry.key, entry.reason]) }
        StandardStream.output.write(entries.isEmpty ? "nothing is in quarantine\n" : table.text)
    }

    private func show(_ quarantine: Quarantine) async throws {
        let entry = try Self.find(options.words[1], in: try await quarantine.entries())
        guard let record = try await quarantine.record(at: entry.position) else {
            throw ReplayFault.refused("the log has no record at \(entry.place)")
        }
        if isJSON { return StandardStream.output.line(Self.json(entry, record)) }
        StandardStream.output.line("\(entry.place), key \(entry.key): \(entry.reason)")
        for header in record.headers {
            StandardStream.output.line("  \(header.name): \(Self.text(header.value))")
        }
        StandardStream.output.line(Self.text(record.value))
    }

    private func show(_ outcome: RefoldOutcome) {
        if isJSON { return StandardStream.output.line(Self.json(outcome, isDryRun: isDryRun)) }
        let entity = "\(outcome.entity.partition) \(outcome.entity.key)"
        switch outcome.result {
        case .folded(let result):
            StandardStream.output.line(
                "\(entity): \(isDryRun ? "would fold" : "folded") \(result.folded) records, "
                    + "\(result.left.count) stay in quarantine")
            if let first = result.left.first { StandardStream.output.line("  \(first.place): \(first.reason)") }
        case .failed(let reason):
            StandardStream.output.line("\(entity): could not be folded: \(reason)")
        }
    }

    /// Makes the cache forget the products that changed.
    private func forget(_ outcomes: [RefoldOutcome]) async {
        let changes = outcomes.compactMap { outcome -> ProductCache.Change? in
            guard case .folded(let result) = outcome.result else { return nil }
            return result.changed.map { ProductCache.Change(id: $0.id, offset: $0.offset) }
        }
        if !isDryRun, !changes.isEmpty { await CacheAccess(tool: tool).forget(changes) }
    }

    private static func find(_ text: String, in entries: [Quarantine.Entry]) throws -> Quarantine.Entry {
        guard let entry = entries.first(where: { $0.place == text }) else {
            throw ReplayFault.refused(
                "\(text) is not in quarantine: `warelog quarantine list` shows the records that are")
        }
        return entry
    }

    /// The bytes as text. Bytes that are not UTF-8 and control characters, which a terminal would obey, are replaced.
    static func text(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "(none)" }
        return String(
            String.UnicodeScalarView(
                String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }
}

extension Quarantine.Entry {
    /// `products.events/3@17`
    var place: String { "\(position.partition.topic)/\(position.partition.partition)@\(position.offset)" }
}
