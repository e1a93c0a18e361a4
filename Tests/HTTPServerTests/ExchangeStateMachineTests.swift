import Testing

@testable import HTTPServer

/// Every event in every state, without a socket and without libmicrohttpd.
struct ExchangeStateMachineTests {
    private typealias Machine = ExchangeStateMachine

    private static let limit = 100_000
    private static let drained = Machine.maximumDrained

    private enum Start: String, CaseIterable, CustomTestStringConvertible {
        case head, collecting, offered, streaming, handling, discarding, responding, closing, over
        var testDescription: String { rawValue }

        /// A machine that reached this state by events alone, with a body of the declared length.
        func machine(bodyLength: Int? = 4, expectsContinue: Bool = false) -> Machine {
            var machine = Machine()
            if self == .head { return machine }
            #expect(machine.called() == .begin)
            if self == .discarding {
                #expect(machine.refused(bodyLength: 4) == .discard)
                return machine
            }
            _ = machine.accepted(
                bodyLength: bodyLength, eager: self == .collecting ? drained : 0, expectsContinue: expectsContinue)
            guard self == .streaming || self == .handling || self == .responding || self == .closing || self == .over
            else { return machine }
            if machine.state == .collecting {  // chunks become a stream when there are enough of them
                #expect(machine.received(1, after: 0, limit: limit, eager: 0, hasRoom: true) == .collectAndStart)
            } else {
                #expect(machine.called() == .readBody)
            }
            if self == .streaming { return machine }
            #expect(machine.called() == .endBody)
            if self == .handling { return machine }
            #expect(machine.answered(isStream: false, received: 4) == .send)
            if self == .closing { machine.failed() }
            if self == .over { #expect(machine.completed() == false) }
            return machine
        }
    }

    @Test func aShortBodyIsCollectedBeforeItsHandlerStarts() {
        var machine = Machine()
        #expect(machine.called() == .begin)
        #expect(machine.accepted(bodyLength: 4, eager: 4, expectsContinue: false) == true)
        #expect(machine.received(4, after: 0, limit: Self.limit, eager: 4, hasRoom: true) == .collect)
        #expect(machine.called() == .start)
        #expect(machine.called() == .suspend)
        #expect(machine.answered(isStream: false, received: 4) == .send)
        #expect(machine.called() == .none)
        #expect(machine.completed() == false)
        #expect(!machine.isAbandoned)
    }

    @Test func aLongBodyIsOfferedAndReadWhenItIsWanted() {
        var machine = Machine()
        #expect(machine.called() == .begin)
        #expect(machine.accepted(bodyLength: 5, eager: 4, expectsContinue: false) == false)
        #expect(machine.called() == .readBody)
        #expect(machine.received(5, after: 0, limit: Self.limit, eager: 4, hasRoom: true) == .deliver)
        #expect(machine.called() == .endBody)
        #expect(machine.answered(isStream: true, received: 5) == .send)
        #expect(machine.completed() == false)
    }

    @Test(arguments: Start.allCases) private func whatLibmicrohttpdIsToldWhenItAsks(_ start: Start) {
        var machine = start.machine()
        let wanted: Machine.Call =
            switch start {
            case .head: .begin
            case .collecting: .start
            case .offered: .readBody
            case .streaming: .endBody
            case .handling: .suspend
            case .discarding: .send
            case .responding: .none
            case .closing, .over: .close
            }
        #expect(machine.called() == wanted)
    }

    @Test(arguments: Start.allCases) private func aPieceOfTheBodyGoesWhereTheStateSays(_ start: Start) {
        var machine = start.machine()
        let wanted: Machine.Piece =
            switch start {
            case .collecting: .collect
            case .streaming: .deliver
            case .discarding: .discard
            case .head, .offered, .handling, .responding, .closing, .over: .close
            }
        #expect(machine.received(4, after: 0, limit: Self.limit, eager: 4, hasRoom: true) == wanted)
    }

    @Test(arguments: Start.allCases) private func aPieceThatIsTooLargeIsNeverTaken(_ start: Start) {
        var machine = start.machine()
        let action = machine.received(4, after: Self.limit - 3, limit: Self.limit, eager: 4, hasRoom: true)
        switch start {
        case .collecting: #expect(action == .refuse && machine.state == .closing)
        case .streaming:
            #expect(action == .holdTooLarge)
            #expect(machine.answered(isStream: false, received: 4) == .sendOutside, "the rest is not thrown away")
        case .discarding: #expect(action == .sendOutside && machine.state == .closing)
        case .head, .offered, .handling, .responding, .closing, .over: #expect(action == .close)
        }
    }

    @Test func aPieceForWhichThereIsNoRoomIsHeld() {
        var machine = Start.streaming.machine()
        #expect(machine.received(4, after: 0, limit: Self.limit, eager: 4, hasRoom: false) == .hold)
        #expect(machine.state == .streaming)
    }

    @Test(arguments: Start.allCases, [4, drained, drained + 1, nil] as [Int?])
    private func aResponseTakesTheWayThatIsOpen(_ start: Start, _ length: Int?) {
        for isStream in [false, true] {
            var machine = start.machine(bodyLength: length)
            let before = machine.state
            let isShort = length.map { $0 <= Self.drained } ?? true
            let action = machine.answered(isStream: isStream, received: 0)
            switch before {
            case .handling: #expect(action == .send && machine.state == .responding(leavesInput: false))
            case .offered where isShort:
                #expect(action == .discard && machine.state == .discarding(left: Self.drained, isAtHead: true))
            case .offered: #expect(action == .send && machine.state == .responding(leavesInput: true))
            case .streaming where isShort || isStream: #expect(action == .discard)
            case .streaming: #expect(action == .sendOutside && machine.state == .closing)
            default: #expect(action == .none && machine.state == before)
            }
        }
    }

    @Test func libmicrohttpdAsksOnceMoreBeforeItReadsABodyThatIsThrownAway() {
        var machine = Start.offered.machine()
        #expect(machine.answered(isStream: false, received: 0) == .discard)
        #expect(machine.called() == .none)
        #expect(machine.received(4, after: 0, limit: Self.limit, eager: 0, hasRoom: false) == .discard)
        #expect(machine.called() == .send)
        #expect(machine.state == .responding(leavesInput: false))
    }

    @Test func moreThanWasToBeThrownAwayIsAnsweredAtOnce() {
        var machine = Start.discarding.machine()
        #expect(machine.received(5, after: 0, limit: Self.limit, eager: 0, hasRoom: true) == .sendOutside)
        #expect(machine.called() == .close)
        #expect(machine.completed() == true, "the client may be sending still")
    }

    @Test func aClientThatWaitsForLeaveToSendIsAnsweredAtOnce() {
        var machine = Start.offered.machine(expectsContinue: true)
        #expect(machine.answered(isStream: false, received: 0) == .send)
        #expect(machine.state == .responding(leavesInput: true))
    }

    @Test(
        arguments: [
            (0, .send, false), (4, .discard, false), (drained + 1, .send, true), (nil, .send, true),
        ] as [(Int?, Machine.Answering, Bool)])
    private func aRefusedHeadKeepsTheConnectionOnlyWhenLittleFollows(
        _ row: (length: Int?, action: Machine.Answering, leavesInput: Bool)
    ) {
        var machine = Start.head.machine()
        _ = machine.called()
        #expect(machine.refused(bodyLength: row.length) == row.action)
        if row.action == .send { #expect(machine.state == .responding(leavesInput: row.leavesInput)) }
        #expect(machine.refused(bodyLength: row.length) == .none, "once")
    }

    @Test(arguments: Start.allCases) private func aClientThatIsTooSlowIsToldIfItCanBe(_ start: Start) {
        var machine = start.machine()
        switch start {
        case .head, .collecting, .streaming: #expect(machine.expired() == .refuse && machine.state == .closing)
        case .discarding: #expect(machine.expired() == .sendOutside && machine.state == .closing)
        case .offered, .handling, .responding, .closing, .over: #expect(machine.expired() == .cut)
        }
    }

    @Test(arguments: Start.allCases) private func aClientThatHasClosedItsSideIsAnsweredAllTheSame(_ start: Start) {
        var machine = start.machine()
        let before = machine.state
        machine.inputEnded()
        #expect(machine.state == before && !machine.isAbandoned)
        let action = machine.answered(isStream: false, received: 0)
        switch start {
        case .handling, .offered: #expect(action == .send)
        case .streaming: #expect(action == .sendOutside)
        case .head, .collecting, .discarding, .responding, .closing, .over: #expect(action == .none)
        }
    }

    @Test(arguments: Start.allCases) private func aResetAbandonsWhatIsNotAnswered(_ start: Start) {
        var machine = start.machine()
        let isAnswered = machine.isAnswered
        let mustResume = machine.reset()
        #expect(machine.isAbandoned == !isAnswered)
        #expect(mustResume == [.streaming, .discarding, .responding, .closing].contains(start))
    }

    @Test(arguments: Start.allCases) private func theEndComesOnceAndFromEveryState(_ start: Start) {
        var machine = start.machine()
        let isAnswered = machine.isAnswered
        #expect(machine.completed() == (start == .closing))
        #expect(machine.state == .over)
        #expect(machine.isAbandoned == !isAnswered)
        #expect(machine.completed() == false)
        #expect(machine.called() == .close)
        #expect(machine.answered(isStream: false, received: 0) == .none)
        machine.failed()
        #expect(machine.state == .over)
    }
}
