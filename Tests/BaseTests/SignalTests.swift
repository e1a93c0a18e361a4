import Base
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SignalTests {
    @Test func signalsThatNobodyAwaitedBecomeOne() async {
        let signal = Signal()
        for _ in 1...3 { signal.send() }
        signal.finish()
        var count = 0
        for await _ in signal { count += 1 }
        #expect(count == 1)
    }

    @Test func aWaitingTaskIsWoken() async {
        let signal = Signal()
        async let woken: Bool = {
            for await _ in signal { return true }
            return false
        }()
        signal.send()
        #expect(await woken)
    }

    @Test func cancellationEndsTheIteration() async {
        let signal = Signal()
        let task = Task { for await _ in signal {} }
        task.cancel()
        await task.value
    }
}
