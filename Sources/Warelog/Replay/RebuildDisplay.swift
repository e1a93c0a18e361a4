import JSON
import Replay

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
                JSONWriter.text { json in
                    json.member("phase", "done")
                    json.member("message", text)
                })
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
        JSONWriter.text { json in
            json.member("phase", progress.phase)
            guard progress.total > 0 else { return }
            json.member("events", progress.events)
            json.member("total", progress.total)
            json.member("lag", progress.total - progress.events)
            if progress.eventsPerSecond > 0 {
                json.member("events_per_second", Int(progress.eventsPerSecond))
            }
            if let remaining = progress.remaining {
                json.member("seconds_left", Int(remaining.rounded(.up)))
            }
        }
    }
}
