import Base

/// Decides how often something is tried again, and when.
struct RetryPolicy: Sendable {
    /// The number of attempts, including the first.
    let attempts: Int
    let firstDelay: Duration
    /// The longest delay that the compressor chooses by itself.
    var maximumDelay: Duration = .seconds(300)
    /// The maximum wait that a server may demand.
    var maximumRetryAfter: Duration = .seconds(3600)

    /// Returns the wait after the attempt of this number (1, 2, …), as `Backoff` computes it. `factor` is for failures
    /// that take longer to pass, `atLeast` is the wait that the server asked for.
    func delay(after attempt: Int, factor: Int = 1, atLeast: Duration? = nil, random: Double) -> Duration {
        let delay = Backoff(initial: firstDelay, maximum: maximumDelay)
            .delay(afterFailure: attempt, factor: factor, jitter: random)
        return max(delay, min(atLeast ?? .zero, maximumRetryAfter))
    }
}
