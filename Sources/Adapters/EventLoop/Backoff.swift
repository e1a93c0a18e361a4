/// How long to wait before the next attempt: doubling up to a ceiling, with half of each delay left to chance, so that
/// those who lost something together do not come back together.
///
/// This is "equal jitter" of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
package struct Backoff: Sendable {
    private let initial: Duration
    private let maximum: Duration
    private var ceiling: Duration

    package init(initial: Duration, maximum: Duration) {
        self.initial = initial
        self.maximum = maximum
        ceiling = initial
    }

    /// The delay before the next attempt; the one after that may be twice as long.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let half = ceiling / 2
        let delay = half + half * Double.random(in: 0...1, using: &generator)
        ceiling = min(ceiling * 2, maximum)
        return delay
    }

    /// After a success the next delay is a short one again.
    package mutating func reset() { ceiling = initial }
}
