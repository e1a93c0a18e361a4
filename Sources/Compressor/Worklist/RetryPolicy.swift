/// How often something is tried again, and when.
struct RetryPolicy: Sendable {
    /// The first one included.
    let attempts: Int
    let firstDelay: Duration
    /// No wait of ours is longer.
    var maximumDelay: Duration = .seconds(300)
    /// No wait that a server asks for is longer.
    var maximumRetryAfter: Duration = .seconds(3600)

    /// The wait after the attempt of this number (1, 2, …): doubled each time, and anywhere between half of it and all
    /// of it, so that many that failed together do not come back together. `factor` is for what takes longer to pass,
    /// `atLeast` is what the server asked for.
    func delay(after attempt: Int, factor: Int = 1, atLeast: Duration? = nil, random: Double) -> Duration {
        let doubled = firstDelay * factor * (1 << min(max(attempt, 1) - 1, 20))
        let jittered = min(doubled, maximumDelay) * (0.5 + random / 2)
        return max(jittered, min(atLeast ?? .zero, maximumRetryAfter))
    }
}
