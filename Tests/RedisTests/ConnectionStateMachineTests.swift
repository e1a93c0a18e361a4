import Testing

@testable import Redis

/// Every event in every state, without a socket.
struct ConnectionStateMachineTests {
    private typealias Machine = RedisConnectionStateMachine

    private static let refused = RedisError(.server, code: "WRONGPASS", message: "WRONGPASS invalid password")
    private static let closed = RedisError(.closed, message: "the client was closed")
    private static let late = RedisError(.timedOut, message: "no reply in the time allowed")
    private static let broken = RedisError(.connectionLost, message: "reset by peer")
    private static let vanished = RedisError(.connectionLost, message: "the connection has ended")
    private static let given = RedisError(.closed, message: "the client has gone")

    private enum Start: String, CaseIterable, CustomTestStringConvertible {
        case connecting, handshaking, lastHandshakeReply, ready, draining, ended
        var testDescription: String { rawValue }

        /// A machine that reached this state by events alone.
        var machine: Machine {
            var machine = Machine(handshakeDeadline: 100)
            if self == .connecting { return machine }
            _ = machine.connected(handshake: self == .lastHandshakeReply ? 1 : 2)
            if self == .handshaking || self == .lastHandshakeReply { return machine }
            _ = machine.handshakeReplied(nil)
            _ = machine.handshakeReplied(nil)
            if self == .draining { _ = machine.finish() }
            if self == .ended { machine.lost("reset by peer") }
            return machine
        }
    }

    @Test func anAttemptBecomesAConnectionWhenTheLastReplyOfTheHandshakeHasCome() {
        var machine = Machine(handshakeDeadline: 100)
        #expect(machine.state == .connecting && !machine.isConnected)
        #expect(machine.connected(handshake: 2) == true)
        #expect(machine.state == .handshaking(repliesDue: 2) && machine.isConnected)
        #expect(machine.handshakeReplied(nil) == .none)
        #expect(machine.handshakeReplied(nil) == .announce)
        #expect(machine.state == .ready)
    }

    @Test(arguments: Start.allCases) private func theServerAcceptsOnce(_ start: Start) {
        var machine = start.machine
        let before = machine.state
        #expect(machine.connected(handshake: 3) == (start == .connecting))
        #expect(machine.state == (start == .connecting ? .handshaking(repliesDue: 3) : before))
    }

    @Test(arguments: Start.allCases) private func aReplyOfTheHandshakeCountsOnlyDuringTheHandshake(_ start: Start) {
        var machine = start.machine
        let before = machine.state
        let action = machine.handshakeReplied(nil)
        switch start {
        case .handshaking: #expect(action == .none && machine.state == .handshaking(repliesDue: 1))
        case .lastHandshakeReply: #expect(action == .announce && machine.state == .ready)
        case .connecting, .ready, .draining, .ended: #expect(action == .none && machine.state == before)
        }
    }

    @Test(arguments: Start.allCases) private func aRefusedHandshakeEndsTheConnection(_ start: Start) {
        var machine = start.machine
        let before = machine.state
        let action = machine.handshakeReplied(Self.refused)
        switch start {
        case .handshaking, .lastHandshakeReply: #expect(action == .free && machine.state == .ended(Self.refused))
        case .connecting, .ready, .draining, .ended: #expect(action == .none && machine.state == before)
        }
    }

    @Test(arguments: Start.allCases) private func commandsAreSentOnlyWhenReadyAndBelowTheLimit(_ start: Start) {
        let machine = start.machine
        #expect(machine.refusal(inFlight: 9, limit: 10)?.kind == (start == .ready ? nil : .unavailable))
        #expect(machine.refusal(inFlight: 10, limit: 10)?.kind == (start == .ready ? .tooManyInFlight : .unavailable))
    }

    @Test(arguments: Start.allCases) private func finishingWaitsForRepliesOnceThereIsAConnection(_ start: Start) {
        var machine = start.machine
        let action = machine.finish()
        switch start {
        case .connecting: #expect(action == .free && machine.state == .ended(Self.closed))
        case .handshaking, .lastHandshakeReply, .ready: #expect(action == .disconnect && machine.state == .draining)
        case .draining: #expect(action == .none && machine.state == .draining)
        case .ended: #expect(action == .none && machine.state == .ended(Self.broken))
        }
        let state = machine.state
        #expect(machine.finish() == .none && machine.state == state, "finishing twice is finishing once")
    }

    @Test(arguments: Start.allCases) private func abortingEndsAtOnceAndTheFirstReasonStays(_ start: Start) {
        var machine = start.machine
        #expect(machine.abort(Self.given) == (start == .ended ? .none : .free))
        #expect(machine.state == .ended(start == .ended ? Self.broken : Self.given))
        #expect(machine.abort(Self.late) == .none)
        #expect(machine.state == .ended(start == .ended ? Self.broken : Self.given))
    }

    @Test(arguments: Start.allCases) private func aLostConnectionEndsWithWhatHiredisSays(_ start: Start) {
        var machine = start.machine
        machine.lost("reset by peer")
        #expect(machine.state == .ended(Self.broken))
        machine.lost("something later")
        #expect(machine.state == .ended(Self.broken))
    }

    @Test(arguments: Start.allCases) private func anEndWithoutAnErrorIsACloseOnlyWhenItWasAskedFor(_ start: Start) {
        var machine = start.machine
        machine.lost(nil)
        switch start {
        case .draining: #expect(machine.state == .ended(Self.closed))
        case .ended: #expect(machine.state == .ended(Self.broken))
        case .connecting, .handshaking, .lastHandshakeReply, .ready: #expect(machine.state == .ended(Self.vanished))
        }
    }

    @Test(arguments: Start.allCases) private func theTimerWaitsForTheOldestDeadlineAndEndsWhatIsLate(_ start: Start) {
        let hasSocket = start != .connecting && start != .ended
        for (now, oldest) in [(50, 70), (70, 70), (71, 70), (50, nil), (100, nil)] as [(UInt64, UInt64?)] {
            var machine = start.machine
            let before = machine.state
            let due: UInt64? = start == .connecting ? 100 : hasSocket ? oldest : nil
            let action = machine.timerFired(now: now, oldest: oldest)
            switch due {
            case nil: #expect(action == .none && machine.state == before)
            case let due? where due > now: #expect(action == .wait(until: due) && machine.state == before)
            case _?: #expect(action == .free && machine.state == .ended(Self.late))
            }
        }
    }

    @Test func onlyACommandWhoseOwnDeadlineHasPassedIsToldThatItTimedOut() {
        var machine = Start.ready.machine
        #expect(machine.timerFired(now: 70, oldest: 70) == .free)
        #expect(machine.failure(deadline: 70, now: 70).kind == .timedOut)
        let behind = machine.failure(deadline: 71, now: 70)
        #expect(behind.kind == .connectionLost && behind.mayHaveTakenEffect)
    }

    @Test(arguments: [closed, broken, given, refused])
    private func aCommandInFlightLearnsTheReasonAndThatItMayHaveRun(_ reason: RedisError) {
        var machine = Start.ready.machine
        _ = machine.abort(reason)
        let failure = machine.failure(deadline: 0, now: 70)
        #expect(failure.kind == .connectionLost && failure.message == reason.message && failure.mayHaveTakenEffect)
    }
}
