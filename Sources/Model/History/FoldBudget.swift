import EventLog

/// The events and the time that folding for one question may take.
package struct FoldBudget: Sendable {
    /// The number of events that a request may fold. A product has a few dozen; its history shows the others.
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

    /// The budget of callers that can wait.
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

/// The question needs more events than its budget allows.
package struct HistoryTooLong: Error, Equatable {
    package init() {}
}
