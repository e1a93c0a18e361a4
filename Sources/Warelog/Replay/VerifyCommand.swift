import Glibc
import Postgres
import ReadModel
import Replay

/// `warelog verify`: compares the live read model with a fresh fold of the log. The exit status is 1 when they differ.
struct VerifyCommand: Sendable {
    let tool: Tool
    private let isJSON: Bool

    init(tool: Tool, _ arguments: some Sequence<String>) throws(WrongUsage) {
        let options = try CommandOptions(arguments, flags: ["--json"])
        guard options.words.isEmpty else { throw WrongUsage("verify takes options only") }
        self.tool = tool
        isJSON = options.has("--json")
    }

    func run() async throws -> Int32 {
        BackgroundPriority.enter()
        return try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            guard let live = try await Generations(connection, tool.files).find(.live) else {
                throw ReplayFault.noGeneration("live: run `warelog migrate`")
            }
            let report = try await Verifier(tool.settings.postgres, tool.settings.kafka, loop: tool.loop).run(live)
            if isJSON { StandardStream.output.line(report.json) } else { show(report, live) }
            return report.isEqual ? 0 : 1
        }
    }

    private func show(_ report: Verification.Report, _ live: Generations.Generation) {
        var table = TextTable(["partition", "folded to", "state root", ""])
        for roots in report.partitions {
            table.add([
                "\(roots.partition)", "\(roots.offset)", String(roots.readModel.prefix(32)),
                roots.isEqual ? "equals the log" : "the log gives \(roots.log.prefix(32))",
            ])
        }
        StandardStream.output.write(table.text)
        for difference in report.differences {
            let offsets = report.offsets(of: difference).map { String($0) }.joined(separator: ", ")
            let events = offsets.isEmpty ? "" : "; its events: \(difference.partition) at \(offsets)"
            StandardStream.output.line(
                "\(difference.table.rawValue) of \(difference.id): \(difference.kind.rawValue)\(events)")
        }
        for position in report.quarantine {
            StandardStream.output.line(
                "\(position.partition)@\(position.offset): in quarantine either in the read model or in the fold, "
                    + "but not in both"
            )
        }
        StandardStream.output.line(
            report.isEqual
                ? "\(live.schema) equals the log: \(report.records) records, \(report.rows) rows"
                : "\(live.schema) differs from the log: `warelog rebuild` builds a new one")
    }
}
