import EventLoop
import Synchronization
import Telemetry
import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1)))
struct DrainTests {
    /// A task that ends only when `release` is called.
    private final class Stuck: Sendable {
        private let state = Mutex<(CheckedContinuation<Void, Never>?, DrainFailed?)>((nil, nil))

        var failure: DrainFailed? { state.withLock { $0.1 } }

        func wait() async { await withCheckedContinuation { task in state.withLock { $0.0 = task } } }

        func release(_ failure: DrainFailed) {
            state.withLock { state in
                state.1 = failure
                return state.0.take()
            }?.resume()
        }
    }

    private static func context(_ loop: EventLoop) -> ServiceContext {
        ServiceContext(
            loop: loop, log: Log(service: "test", minimum: .error, now: WallClock.now) { _ in }, metrics: Metrics(),
            health: Health(), stop: StopSignal(), environment: [:])
    }

    @Test func aBodyThatDoesNotStopIsAbandonedAtTheDeadline() throws {
        let loop = try EventLoop()
        let stuck = Stuck()
        try loop.run {
            try await Service.run(Self.context(loop), drainDeadline: .milliseconds(20)) { context in
                context.stop.stop()
                await stuck.wait()
            } onDrainFailed: {
                stuck.release($0)
            }
        }
        #expect(stuck.failure?.deadline == .milliseconds(20))
    }

    @Test func aBodyThatStopsInTimeIsNotAbandoned() throws {
        let loop = try EventLoop()
        try loop.run {
            try await Service.run(Self.context(loop), drainDeadline: .seconds(30)) { context in
                context.stop.stop()
                await context.stop.wait()
            } onDrainFailed: {
                Issue.record("abandoned: \($0)")
            }
        }
    }

    @Test func aFailureStopsTheProcessAndIsItsError() throws {
        struct Fault: Error {}
        let loop = try EventLoop()
        let context = Self.context(loop)
        #expect(throws: Fault.self) {
            try loop.run {
                try await Service.run(context) { context in
                    context.fail(Fault())
                    await context.stop.wait()
                } onDrainFailed: {
                    Issue.record("abandoned: \($0)")
                }
            }
        }
        #expect(!context.health.isReady)
    }

    @Test func aNeedIsCheckedUntilItIsMet() throws {
        struct Missing: Error {}
        let loop = try EventLoop()
        let context = Self.context(loop)
        let attempts = Atomic(0)
        let value = try loop.run {
            await context.untilReady("log", "the log is not ready") {
                guard attempts.add(1, ordering: .relaxed).newValue == 2 else { throw Missing() }
                return context.health.isReady
            }
        }
        #expect(value == false)
        #expect(context.health.isReady)
    }

    @Test func aProcessThatStopsWaitsForNoNeed() throws {
        struct Missing: Error {}
        let loop = try EventLoop()
        let context = Self.context(loop)
        let value: Int? = try loop.run {
            await context.untilReady("log", "the log is not ready") {
                context.stop.stop()
                throw Missing()
            }
        }
        #expect(value == nil)
    }
}
