/// The delay before the next attempt: it doubles up to a maximum, and half of it is random, so that clients that failed
/// together do not retry together.
///
/// This is "equal jitter" of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
package struct Backoff: Sendable {
    private let initial: Duration
    private let maximum: Duration
    private var failures = 0

    package init(initial: Duration, maximum: Duration) {
        self.initial = initial
        self.maximum = maximum
    }

    /// Returns the delay before the next attempt, and counts one more failure.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        failures += 1
        return delay(afterFailure: failures, jitter: Double.random(in: 0...1, using: &generator))
    }

    /// Returns the delay before the next attempt, and counts one more failure.
    package mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// Starts over with short delays. Call it after a success.
    package mutating func reset() { failures = 0 }

    /// Returns the delay after the failure of this number (1, 2, …), for callers that count for themselves.
    ///
    /// - Parameters:
    ///   - factor: multiplies the delay of a failure that takes longer to pass. The maximum stays as it is.
    ///   - jitter: from 0 (half of the delay) to 1 (all of it).
    package func delay(afterFailure failure: Int, factor: Int = 1, jitter: Double) -> Duration {
        let doublings = min(max(failure, 1) - 1, 20)
        let delay = min(initial * factor * (1 << doublings), maximum)
        return delay / 2 + delay / 2 * jitter
    }
}
