import EventLoop

/// The progress of a rebuild.
package struct RebuildProgress: Sendable {
    /// The phase: `reading`, `loading`, `indexing`, `following`, `verifying` or `live`.
    package var phase: String
    /// The events that are done in this phase.
    package var events: Int64
    package var total: Int64
    package var eventsPerSecond = 0.0
    /// The seconds that remain; nil when they cannot be estimated.
    package var remaining: Double?
}

/// Turns the counts of the work into a few reports a second.
final class RebuildMeter: @unchecked Sendable {
    // `@unchecked`: on one loop only.
    private static let interval = Duration.milliseconds(250)
    private static let noteInterval = Duration.seconds(1)

    private let loop: EventLoop
    private let report: @Sendable (RebuildProgress) -> Void
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var reported: ContinuousClock.Instant
    private var noted: ContinuousClock.Instant

    init(
        _ loop: EventLoop, live: Generations.Generation, next: Generations.Generation,
        _ report: @escaping @Sendable (RebuildProgress) -> Void
    ) {
        self.loop = loop
        self.report = report
        start = clock.now
        reported = start
        noted = start
    }

    /// Reports the progress. Returns whether it is time to record it in the database.
    func loading(_ progress: FreshFold.Progress) -> Bool {
        let now = clock.now
        if now - reported > Self.interval || progress.folded == progress.total {
            reported = now
            let seconds = (now - start) / .seconds(1)
            // Reading is half of the work.
            let done = Double(progress.read + progress.folded) / 2
            let isReading = progress.folded == 0
            report(
                RebuildProgress(
                    phase: isReading ? "reading" : "loading", events: isReading ? progress.read : progress.folded,
                    total: progress.total, eventsPerSecond: seconds > 0 ? done / seconds : 0,
                    remaining: done > 0 ? seconds * (Double(progress.total) - done) / done : nil))
        }
        guard now - noted > Self.noteInterval else { return false }
        noted = now
        return true
    }

    func phase(_ name: String) { report(RebuildProgress(phase: name, events: 0, total: 0)) }
}
