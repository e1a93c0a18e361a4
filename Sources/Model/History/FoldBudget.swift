import EventLog

/// How much of the log one question may cost: events that are folded, and time.
package struct FoldBudget: Sendable {
    /// What a request may fold. A product has a few dozen events; who wants more of one reads its history.
    package static let eventsOfRequest = 10_000
    package static let timeOfRequest = Duration.seconds(10)

    package private(set) var events: Int
    private let deadline: ContinuousClock.Instant?

    package init(events: Int = eventsOfRequest, within time: Duration = timeOfRequest) {
        self.events = events
        deadline = .now + time
    }

    private init() {
        events = .max
        deadline = nil
    }

    /// For whoever can wait.
    package static var unlimited: FoldBudget { FoldBudget() }

    package var isLimited: Bool { deadline != nil }

    mutating func take(_ count: Int) throws(HistoryTooLong) {
        guard count <= events else { throw HistoryTooLong() }
        events -= count
    }

    func checkTime() throws(LogReader.Failure) {
        if let deadline, .now > deadline { throw .away }
    }
}

/// More events would have to be folded than a question may cost.
package struct HistoryTooLong: Error, Equatable {
    package init() {}
}
