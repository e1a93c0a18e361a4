import Base

/// The life of one session with the server without its socket: the state, the commands that wait and those in flight,
/// and what each event makes the connection do. `PostgresConnection` reports the events and carries out the actions.
struct PostgresConnectionStateMachine {
    enum State: Equatable {
        /// The connection is in pipeline mode. Commands are sent as they come.
        case pipelining
        /// The connection is in pipeline mode. A transaction is in flight, and nothing is sent before its outcome is
        /// known.
        case inTransaction
        /// The connection is out of pipeline mode. One caller has it for itself.
        case exclusive
        /// The connection is gone.
        case closed
    }

    private(set) var state = State.pipelining
    private var waiting = FIFO<PostgresCommand>()
    private var inFlight = FIFO<PostgresCommand>()
    /// The number of commands that may wait or be in flight.
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// The command whose results come next.
    var answering: PostgresCommand? { inFlight.first }

    /// Whether no command waits or is in flight, and nobody has the connection for itself.
    var isIdle: Bool {
        guard case .pipelining = state else { return false }
        return waiting.isEmpty && inFlight.isEmpty
    }

    // MARK: events

    /// A caller brings a command. Returns why it is refused; nil when it was queued, and then `next` is due.
    mutating func submit(_ command: PostgresCommand) -> PostgresError? {
        if case .closed = state {
            return PostgresError(.closed, call: "query", message: "the connection is closed")
        }
        guard waiting.count + inFlight.count < limit else {
            return PostgresError(
                .poolExhausted, call: "query", message: "\(limit) callers wait on this connection")
        }
        waiting.append(command)
        return nil
    }

    enum Action {
        case none
        /// Queue its statements and a synchronisation point; it is in flight.
        case send(PostgresCommand)
        /// Leave pipeline mode, and tell its caller that the connection is its own.
        case grant(PostgresCommand)
        /// Its caller left before it was sent, or it is none for a connection: it is over.
        case drop(PostgresCommand)
    }

    /// Returns what is to be done with the first command that waits. Call it until it returns `none`.
    mutating func next() -> Action {
        guard case .pipelining = state, let command = waiting.first else { return .none }
        if case .exclusive = command.work, !inFlight.isEmpty, !command.isFinished { return .none }
        waiting.popFirst()
        guard !command.isFinished else { return .drop(command) }
        switch command.work {
        case .lease: return .drop(command)
        case .exclusive:
            state = .exclusive
            return .grant(command)
        case .transaction: state = .inTransaction
        case .statement, .housekeeping: break
        }
        command.markSent()
        inFlight.append(command)
        return .send(command)
    }

    /// The server has processed the command whose results came, which is returned. It is to be settled after the
    /// commands behind it have had their turn with `next`.
    /// - Parameters:
    ///   - hasFailedTransaction: Whether a transaction is open that the server will only roll back.
    ///   - onStalePlan: Forgets the prepared statements: a change of the schema has made them unusable.
    mutating func completed(
        hasFailedTransaction: @autoclosure () -> Bool, onStalePlan: () -> Void
    ) -> PostgresCommand? {
        guard let command = inFlight.popFirst() else { return nil }
        if command.error?.isStalePlan == true {
            onStalePlan()
            waiting.prepend(PostgresCommand(.housekeeping("DEALLOCATE ALL")))
        }
        if command.isTransaction { becomeFree(hasFailedTransaction()) }
        return command
    }

    /// The caller that had the connection for itself is done, and pipeline mode is on again.
    mutating func released(hasFailedTransaction: Bool) {
        guard case .exclusive = state else { return }
        becomeFree(hasFailedTransaction)
    }

    struct Unanswered {
        let inFlight: [PostgresCommand]
        let waiting: [PostgresCommand]
    }

    /// The connection is gone. Returns the commands that get no answer; nil when it was gone already.
    mutating func close() -> Unanswered? {
        if case .closed = state { return nil }
        state = .closed
        return Unanswered(inFlight: inFlight.removeAll(), waiting: waiting.removeAll())
    }

    /// A failed transaction is rolled back before anything else is sent.
    private mutating func becomeFree(_ hasFailedTransaction: Bool) {
        if hasFailedTransaction { waiting.prepend(PostgresCommand(.housekeeping("ROLLBACK"))) }
        state = .pipelining
    }
}
