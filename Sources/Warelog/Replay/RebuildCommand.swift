import Glibc
import JSON
import Replay

/// `warelog rebuild [start|status|verify|switch|rollback|abort]`: builds the read model from the log, at once or in
/// steps.
struct RebuildCommand: Sendable {
    enum Step: String {
        case all, start, status, verify, `switch`, rollback, abort
    }

    let tool: Tool
    private let step: Step
    private let isJSON: Bool
    private let acceptsQuarantine: Bool
    private let isUnverified: Bool

    init(tool: Tool, _ arguments: some Sequence<String>) throws(WrongUsage) {
        let options = try CommandOptions(arguments, flags: ["--json", "--accept-quarantine", "--unverified"])
        guard options.words.count <= 1, let step = Step(rawValue: options.words.first ?? "all") else {
            throw WrongUsage("rebuild takes start, status, verify, switch, rollback or abort")
        }
        self.tool = tool
        self.step = step
        isJSON = options.has("--json") || isatty(STDOUT_FILENO) == 0
        acceptsQuarantine = options.has("--accept-quarantine")
        isUnverified = options.has("--unverified")
    }

    func run() async throws -> Int32 {
        BackgroundPriority.enter()
        let display = RebuildDisplay(isJSON: isJSON)
        let rebuild = Rebuild(
            tool.settings.postgres, tool.settings.kafka, loop: tool.loop, files: tool.files
        ) { display.show($0) }
        do {
            switch step {
            case .all:
                let report = try await rebuild.all(acceptsQuarantine: acceptsQuarantine)
                display.end("the new read model is live and equals the log: \(report.records) records")
                await CacheAccess(tool: tool).forgetAll()
            case .start:
                try await rebuild.start()
                display.end("the new read model has caught up with the log: verify it, and then switch")
            case .status:
                return try await Status(tool: tool, isJSON: isJSON).rebuild()
            case .verify:
                let report = try await rebuild.verify()
                display.end("the new read model equals the log: \(report.records) records, \(report.rows) rows")
            case .switch:
                try await rebuild.makeLive(isUnverified: isUnverified, acceptsQuarantine: acceptsQuarantine)
                display.end("the new read model is live; `warelog rebuild rollback` brings the previous one back")
                await CacheAccess(tool: tool).forgetAll()
            case .rollback:
                try await rebuild.rollback()
                display.end("the previous read model is live again")
                await CacheAccess(tool: tool).forgetAll()
            case .abort:
                display.end(
                    try await rebuild.abort() ? "the unfinished read model is dropped" : "no read model was being built"
                )
            }
            return 0
        } catch {
            display.interrupt()
            throw error
        }
    }
}

/// Shows the progress: as a bar on a terminal, and as lines of JSON elsewhere.
final class RebuildDisplay: @unchecked Sendable {
    // `@unchecked`: it stays on the loop.
    private static let width = 30

    private let isJSON: Bool
    private var hasBar = false
    private var phase = ""

    init(isJSON: Bool) { self.isJSON = isJSON }

    func show(_ progress: RebuildProgress) {
        guard !isJSON else { return StandardStream.output.line(Self.json(progress)) }
        if progress.phase != phase { interrupt() }
        phase = progress.phase
        guard progress.total > 0 else { return StandardStream.output.line(progress.phase) }
        let share = min(1, Double(progress.events) / Double(progress.total))
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
        var line =
            "\r\(progress.phase) [\(bar)] \(progress.events) of \(progress.total) events, "
            + "lag \(progress.total - progress.events)"
        if progress.eventsPerSecond > 0 { line += ", \(Int(progress.eventsPerSecond))/s" }
        if let remaining = progress.remaining { line += ", \(Int(remaining.rounded(.up))) s left" }
        StandardStream.output.write(line + "\u{1B}[K")
        hasBar = true
    }

    func end(_ text: String) {
        interrupt()
        if isJSON {
            StandardStream.output.line(
                String(
                    decoding: JSONWriter.object { json in
                        json.key("phase")
                        json.string("done")
                        json.key("message")
                        json.string(text)
                    }, as: UTF8.self))
        } else {
            StandardStream.output.line(text)
        }
    }

    /// Ends the bar, so that the next output begins on a line of its own.
    func interrupt() {
        if hasBar { StandardStream.output.write("\n") }
        hasBar = false
    }

    private static func json(_ progress: RebuildProgress) -> String {
        String(
            decoding: JSONWriter.object { json in
                json.key("phase")
                json.string(progress.phase)
                guard progress.total > 0 else { return }
                json.key("events")
                json.integer(progress.events)
                json.key("total")
                json.integer(progress.total)
                json.key("lag")
                json.integer(progress.total - progress.events)
                if progress.eventsPerSecond > 0 {
                    json.key("events_per_second")
                    json.integer(Int(progress.eventsPerSecond))
                }
                if let remaining = progress.remaining {
                    json.key("seconds_left")
                    json.integer(Int(remaining.rounded(.up)))
                }
            }, as: UTF8.self)
    }
}
