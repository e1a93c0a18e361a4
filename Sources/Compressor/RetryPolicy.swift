/// How often something is tried again, and when.
struct RetryPolicy: Sendable {
    /// The first one included.
    let attempts: Int
    let firstDelay: Duration
    /// No wait is longer, whatever a server asks for.
    var maximumDelay: Duration = .seconds(60)

    /// The wait after the attempt of this number (1, 2, …): doubled each time, and anywhere between half of it and all
    /// of it, so that many that failed together do not come back together. `atLeast` is what the server asked for.
    func delay(after attempt: Int, atLeast: Duration? = nil, random: Double) -> Duration {
        let doubled = firstDelay * (1 << min(max(attempt, 1) - 1, 20))
        let jittered = min(doubled, maximumDelay) * (0.5 + random / 2)
        return min(max(jittered, atLeast ?? .zero), maximumDelay)
    }
}
