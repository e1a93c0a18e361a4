import CLibpq
import Glibc
import Testing

@testable import Postgres

/// Every event in every state, without a socket.
struct ConnectionStateMachineTests {
    private typealias Machine = PostgresConnectionStateMachine

    private enum Start: String, CaseIterable, CustomTestStringConvertible {
        case idle, answering, inTransaction, exclusive, closed
        var testDescription: String { rawValue }

        /// A machine that reached this state by events alone.
        var machine: Machine {
            var machine = Machine(limit: 10)
            switch self {
            case .idle: break
            case .answering: send(.statement("SELECT 1"), &machine)
            case .inTransaction: send(.transaction(["SELECT 1"]), &machine)
            case .exclusive: send(.exclusive, &machine)
            case .closed: _ = machine.close()
            }
            return machine
        }

        private func send(_ work: PostgresCommand.Work, _ machine: inout Machine) {
            #expect(machine.submit(PostgresCommand(work)) == nil)
            _ = machine.next()
        }
    }

    /// The next action of a machine, by name, with the SQL that it sends.
    private static func next(_ machine: inout Machine) -> String {
        switch machine.next() {
        case .none: return "none"
        case .drop: return "drop"
        case .grant: return "grant"
        case .send(let command):
            switch command.work {
            case .statement(let statement): return "send \(statement.sql)"
            case .housekeeping(let sql): return "send \(sql)"
            case .transaction: return "send transaction"
            case .exclusive, .lease: return "send what cannot be sent"
            }
        }
    }

    private static func completed(
        _ machine: inout Machine, failedTransaction: Bool = false, onStalePlan: () -> Void = {}
    ) -> PostgresCommand? {
        machine.completed(hasFailedTransaction: failedTransaction, onStalePlan: onStalePlan)
    }

    @Test(arguments: Start.allCases) private func onlyAnIdleConnectionIsIdle(_ start: Start) {
        #expect(start.machine.isIdle == (start == .idle))
    }

    @Test(arguments: Start.allCases) private func aStatementIsSentAtOnceUnlessSomethingHasTheConnection(_ start: Start)
    {
        var machine = start.machine
        let refusal = machine.submit(PostgresCommand(.statement("SELECT 2")))
        #expect(refusal?.kind == (start == .closed ? .closed : nil))
        let isSent = start == .idle || start == .answering
        #expect(Self.next(&machine) == (isSent ? "send SELECT 2" : "none"))
        #expect(Self.next(&machine) == "none")
        #expect(!machine.isIdle)
    }

    @Test(arguments: Start.allCases) private func aTransactionGoesIntoThePipelineAndStopsIt(_ start: Start) {
        var machine = start.machine
        _ = machine.submit(PostgresCommand(.transaction(["SELECT 2"])))
        _ = machine.submit(PostgresCommand(.statement("SELECT 3")))
        let isSent = start == .idle || start == .answering
        #expect(Self.next(&machine) == (isSent ? "send transaction" : "none"))
        #expect(Self.next(&machine) == "none", "nothing is sent behind a transaction")
        if isSent { #expect(machine.state == .inTransaction) }
    }

    @Test(arguments: Start.allCases) private func exclusiveUseWaitsUntilNothingIsInFlight(_ start: Start) {
        var machine = start.machine
        _ = machine.submit(PostgresCommand(.exclusive))
        _ = machine.submit(PostgresCommand(.statement("SELECT 3")))
        #expect(Self.next(&machine) == (start == .idle ? "grant" : "none"))
        #expect(Self.next(&machine) == "none", "nothing overtakes it, and nothing is sent during it")
        guard start == .answering else { return }
        #expect(Self.completed(&machine) != nil)
        #expect(Self.next(&machine) == "grant")
        #expect(machine.state == .exclusive)
    }

    @Test func aStatementThatCompletesBeforeATransactionLeavesTheTransactionInFlight() {
        var machine = Start.answering.machine
        _ = machine.submit(PostgresCommand(.transaction([])))
        #expect(Self.next(&machine) == "send transaction")
        _ = machine.submit(PostgresCommand(.statement("SELECT 3")))
        #expect(Self.completed(&machine)?.isTransaction == false)
        #expect(machine.state == .inTransaction && Self.next(&machine) == "none")
        #expect(Self.completed(&machine)?.isTransaction == true)
        #expect(machine.state == .pipelining && Self.next(&machine) == "send SELECT 3")
    }

    @Test(arguments: [false, true]) func whatFailedInATransactionIsRolledBackBeforeAnythingElse(_ hasFailed: Bool) {
        for start in [Start.inTransaction, .exclusive] {
            var machine = start.machine
            _ = machine.submit(PostgresCommand(.statement("SELECT 3")))
            if start == .exclusive {
                machine.released(hasFailedTransaction: hasFailed)
            } else {
                _ = Self.completed(&machine, failedTransaction: hasFailed)
            }
            if hasFailed { #expect(Self.next(&machine) == "send ROLLBACK") }
            #expect(Self.next(&machine) == "send SELECT 3")
        }
    }

    @Test(arguments: Start.allCases) private func releasingEndsNothingButExclusiveUse(_ start: Start) {
        var machine = start.machine
        machine.released(hasFailedTransaction: false)
        #expect(machine.state == (start == .exclusive ? .pipelining : start.machine.state))
    }

    @Test(arguments: Start.allCases) private func onlyWhatIsInFlightCompletes(_ start: Start) {
        var machine = start.machine
        let isInFlight = start == .answering || start == .inTransaction
        #expect((machine.answering != nil) == isInFlight)
        #expect((Self.completed(&machine) != nil) == isInFlight)
        #expect(machine.isIdle == (isInFlight || start == .idle))
    }

    @Test func aStalePlanMakesTheConnectionForgetItsPreparedStatements() {
        var machine = Start.answering.machine
        machine.answering?.record(
            PostgresError(.server, call: "PQgetResult", sqlState: "26000", message: "no such statement"))
        _ = machine.submit(PostgresCommand(.statement("SELECT 3")))
        var isForgotten = false
        #expect(Self.completed(&machine) { isForgotten = true }?.error?.sqlState == "26000")
        #expect(isForgotten)
        #expect(Self.next(&machine) == "send DEALLOCATE ALL")
        #expect(Self.next(&machine) == "send SELECT 3")
    }

    @Test(arguments: Start.allCases) private func losingTheConnectionFailsEverythingOnce(_ start: Start) {
        var machine = start.machine
        _ = machine.submit(PostgresCommand(.statement("SELECT 2")))
        _ = machine.submit(PostgresCommand(.exclusive))
        let unanswered = machine.close()
        #expect((unanswered == nil) == (start == .closed))
        #expect(unanswered?.inFlight.count == (start == .closed ? nil : start == .idle || start == .exclusive ? 0 : 1))
        #expect(unanswered?.waiting.count == (start == .closed ? nil : 2))
        #expect(machine.state == .closed && machine.answering == nil)
        #expect(machine.close() == nil, "closing twice is closing once")
        #expect(Self.next(&machine) == "none")
        machine.released(hasFailedTransaction: true)
        #expect(Self.completed(&machine) == nil && machine.state == .closed)
    }

    @Test(arguments: [Start.idle, .answering])
    private func aCallerThatLeftIsDroppedAndDoesNotHoldUpTheNext(_ start: Start) {
        var machine = start.machine
        for work in [PostgresCommand.Work.exclusive, .transaction([]), .statement("SELECT 2")] {
            let command = PostgresCommand(work)
            _ = machine.submit(command)
            command.abandon(.cancelled, "cancelled")
        }
        _ = machine.submit(PostgresCommand(.statement("SELECT 3")))
        for _ in 0..<3 { #expect(Self.next(&machine) == "drop") }
        #expect(Self.next(&machine) == "send SELECT 3")
    }

    @Test func moreCallersThanTheLimitAreRefused() {
        var machine = Start.answering.machine
        for _ in 0..<9 { #expect(machine.submit(PostgresCommand(.statement("SELECT 2"))) == nil) }
        #expect(machine.submit(PostgresCommand(.statement("SELECT 3")))?.kind == .poolExhausted)
        _ = Self.completed(&machine)
        #expect(machine.submit(PostgresCommand(.statement("SELECT 3"))) == nil)
    }

    // MARK: the results of one command

    private func result(_ status: ExecStatusType) throws -> ResultStorage {
        ResultStorage(try #require(PQmakeEmptyPGresult(nil, status)))
    }

    @Test func theFirstErrorOfATransactionIsItsOutcomeAndNamesItsStatement() throws {
        let command = PostgresCommand(.transaction(["SELECT 1", "SELECT 2"]))
        command.steps = [
            .control(index: 0), .statement(index: 0), .prepare(sql: "SELECT 2"), .statement(index: 1),
            .control(index: 2),
        ]
        for status in [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_FATAL_ERROR] {
            command.receive(try result(status), isAborted: false)
            #expect(command.endStep() == true)
        }
        for _ in 0..<2 {
            command.receive(try result(PGRES_PIPELINE_ABORTED), isAborted: true)
            #expect(command.endStep() == true)
        }
        #expect(command.error?.statementIndex == 1, "the statement that was being prepared")
        command.settle()
        #expect(command.isFinished)
    }

    @Test func theEndOfAStepThatGaveNoResultIsTheEndOfTheConnection() throws {
        let command = PostgresCommand(.statement("SELECT 1"))
        command.steps = [.statement(index: 0)]
        #expect(!command.endStep())
        command.receive(try result(PGRES_TUPLES_OK), isAborted: false)
        #expect(command.endStep() == true)
        #expect(!command.endStep())
    }

    // MARK: LISTEN

    @Test func aNotificationGoesToTheStreamsOfItsChannelUntilTheConnectionEnds() async {
        var listeners = NotificationListeners()
        let one = AsyncStream<PostgresNotification>.makeStream()
        let two = AsyncStream<PostgresNotification>.makeStream()
        listeners.add(one.continuation, "one")
        listeners.add(two.continuation, "two")
        let notification = PostgresNotification(channel: "one", payload: "1", sender: 7)
        listeners.deliver(notification)
        listeners.deliver(PostgresNotification(channel: "nobody's", payload: "2", sender: 7))
        listeners.finish()
        listeners.deliver(notification)
        listeners.finish()
        #expect(await one.stream.reduce(into: []) { $0.append($1) } == [notification])
        #expect(await two.stream.reduce(into: []) { $0.append($1) } == [])
    }

    // MARK: connecting

    private enum Attempt: String, CaseIterable { case idle, resolving, connecting, finished }

    private func attempt(_ state: Attempt) -> PostgresConnectorStateMachine {
        var machine = PostgresConnectorStateMachine()
        if state != .idle { #expect(machine.start(needsLookup: state != .connecting) != .fail) }
        if state == .finished { #expect(machine.finish() == true) }
        return machine
    }

    @Test(arguments: Attempt.allCases) private func anAttemptStartsOnce(_ state: Attempt) {
        for needsLookup in [false, true] {
            var machine = attempt(state)
            let first: PostgresConnectorStateMachine.StartAction = needsLookup ? .resolve : .connect
            #expect(machine.start(needsLookup: needsLookup) == (state == .idle ? first : .fail))
        }
    }

    @Test(arguments: Attempt.allCases) private func addressesAreOfUseOnlyWhileTheyAreWaitedFor(_ state: Attempt) {
        var machine = attempt(state)
        #expect(machine.resolved() == (state == .resolving))
    }

    /// The attempt is cancelled before it began or at any later time, times out, is refused or succeeds: the first
    /// result counts.
    @Test(arguments: Attempt.allCases) private func anAttemptHasOneResult(_ state: Attempt) {
        var machine = attempt(state)
        #expect(machine.finish() == (state != .finished))
        #expect(machine.finish() == false)
        #expect(machine.resolved() == false)
        #expect(machine.start(needsLookup: true) == .fail)
    }
}

/// The division of a call's time.
struct CallDeadlineTests {
    private static let stale = PostgresError(
        .server, call: "PQgetResult", sqlState: "26000", message: "no such statement")

    @Test func aSecondAttemptHasTheTimeThatTheFirstOneLeft() async throws {
        var times: [Duration?] = []
        let error = try await failure {
            _ = try await PostgresCommand.query("SELECT 1", within: .milliseconds(500)) {
                (_, time) async throws(PostgresError) in
                times.append(time)
                if times.count == 1 { usleep(20_000) }
                throw Self.stale
            }
        }
        #expect(error.sqlState == "26000" && times.count == 2)
        #expect(times.first == .milliseconds(500))
        if let second = times.last ?? nil { #expect(second > .zero && second <= .milliseconds(480)) }
    }

    @Test func withoutADeadlineNeitherAttemptHasOne() async {
        var times: [Duration?] = []
        _ = try? await PostgresCommand.transaction([], within: nil) { (_, time) async throws(PostgresError) in
            times.append(time)
            throw Self.stale
        }
        #expect(times == [nil, nil])
    }
}
