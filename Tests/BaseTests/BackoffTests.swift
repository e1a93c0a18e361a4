import Base
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BackoffTests {
    @Test func delaysDoubleUpToTheMaximumAndNeverFallBelowHalfOfIt() {
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1))
        for ceiling in [100, 200, 400, 800, 1000, 1000] {
            let delay = backoff.next()
            #expect(delay >= .milliseconds(ceiling) / 2 && delay <= .milliseconds(ceiling))
        }
    }

    @Test func aSuccessStartsOver() {
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1))
        for _ in 1...5 { _ = backoff.next() }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(100))
    }

    @Test(arguments: [
        (failure: 1, factor: 1, jitter: 0.0, delay: 500), (1, 1, 1.0, 1000), (3, 1, 1.0, 4000), (1, 5, 1.0, 5000),
        (400, 1, 1.0, 10_000), (400, 1, 0.0, 5000), (0, 1, 1.0, 1000),
    ])
    func aDelayFollowsFromTheNumberOfTheFailure(_ row: (failure: Int, factor: Int, jitter: Double, delay: Int)) {
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(10))
        #expect(
            backoff.delay(afterFailure: row.failure, factor: row.factor, jitter: row.jitter)
                == .milliseconds(row.delay))
    }
}
