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
