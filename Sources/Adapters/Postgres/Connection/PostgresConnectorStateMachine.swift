/// One attempt to connect, without its socket: the state, and what each event makes the attempt do.
struct PostgresConnectorStateMachine {
    enum State: Equatable {
        case idle
        /// The host's addresses are being looked up.
        case resolving
        /// libpq connects and authenticates.
        case connecting
        /// The attempt has its result, or was cancelled before it began.
        case finished
    }

    private(set) var state = State.idle

    enum StartAction: Equatable {
        case resolve
        /// There is nothing to look up.
        case connect
        /// The attempt was cancelled before it began.
        case fail
    }

    mutating func start(needsLookup: Bool) -> StartAction {
        guard case .idle = state else { return .fail }
        state = needsLookup ? .resolving : .connecting
        return needsLookup ? .resolve : .connect
    }

    /// The addresses are known. Returns whether to connect: not when the attempt has ended meanwhile.
    mutating func resolved() -> Bool {
        guard case .resolving = state else { return false }
        state = .connecting
        return true
    }

    /// The attempt has a result: a connection, an error, the end of its time, or its cancellation. Returns whether the
    /// result counts, as the first one does.
    mutating func finish() -> Bool {
        if case .finished = state { return false }
        state = .finished
        return true
    }
}
