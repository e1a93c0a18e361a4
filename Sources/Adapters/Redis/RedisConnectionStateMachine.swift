/// The life of one connection to a Redis server without its socket: the state, and what each event makes the connection
/// do. `RedisConnection` reports the events and carries out the actions.
struct RedisConnectionStateMachine {
    enum State: Equatable {
        /// The socket is being connected.
        case connecting
        /// The server has accepted; this many replies to the handshake are due.
        case handshaking(repliesDue: Int)
        /// Commands are accepted.
        case ready
        /// No further command is accepted. The connection closes after the replies to those in flight.
        case draining
        /// The connection is gone, or hiredis is about to free it.
        case ended(RedisError)
    }

    private(set) var state = State.connecting
    /// The time by which the handshake must be complete, in the clock of `RedisConnection.now`.
    let handshakeDeadline: UInt64

    init(handshakeDeadline: UInt64) { self.handshakeDeadline = handshakeDeadline }

    /// Whether the socket is connected, so that it can be written to.
    var isConnected: Bool {
        if case .connecting = state { false } else { true }
    }

    /// The reason why a command cannot be sent now; nil when it can.
    func refusal(inFlight: Int, limit: Int) -> RedisError? {
        switch state {
        case .ready where inFlight < limit: nil
        case .ready: RedisError(.tooManyInFlight, message: "\(limit) commands are in flight")
        case .connecting, .handshaking: RedisError(.unavailable, message: "the connection is not ready yet")
        case .draining, .ended: RedisError(.unavailable, message: "the connection is closing")
        }
    }

    /// The reason why a command in flight gets no reply: the connection has ended.
    func failure(deadline: UInt64, now: UInt64) -> RedisError {
        guard case .ended(let error) = state else { return Self.lost(nil) }
        if error.kind == .timedOut, deadline <= now { return error }
        return RedisError(.connectionLost, message: error.message)
    }

    // MARK: events

    /// The server has accepted the connection. Returns whether the handshake, of `commandCount` commands, is to be
    /// sent.
    mutating func connected(handshake commandCount: Int) -> Bool {
        guard state == .connecting else { return false }
        state = .handshaking(repliesDue: commandCount)
        return true
    }

    enum HandshakeAction: Equatable {
        case none
        /// The last reply has come: commands are accepted from now on.
        case announce
        /// The server has refused: free the context.
        case free
    }

    /// The server has replied to a command of the handshake, with `error` when it refused it.
    mutating func handshakeReplied(_ error: RedisError?) -> HandshakeAction {
        guard case .handshaking(let repliesDue) = state else { return .none }
        if let error {
            state = .ended(error)
            return .free
        }
        state = repliesDue > 1 ? .handshaking(repliesDue: repliesDue - 1) : .ready
        return state == .ready ? .announce : .none
    }

    enum CloseAction: Equatable {
        case none
        /// Close when the last reply has come.
        case disconnect
        /// Free the context now.
        case free
    }

    /// The owner wants no more than the replies to what was sent.
    mutating func finish() -> CloseAction {
        switch state {
        case .connecting:
            state = .ended(Self.closed)
            return .free
        case .handshaking, .ready:
            state = .draining
            return .disconnect
        case .draining, .ended: return .none
        }
    }

    /// The connection must end now, for the reason given.
    mutating func abort(_ error: RedisError) -> CloseAction {
        if case .ended = state { return .none }
        state = .ended(error)
        return .free
    }

    /// hiredis has ended the connection, with the text of an error unless it was asked to.
    mutating func lost(_ text: @autoclosure () -> String?) {
        switch state {
        case .ended: return
        case .draining: state = .ended(text().map(Self.lost) ?? Self.closed)
        case .connecting, .handshaking, .ready: state = .ended(Self.lost(text()))
        }
    }

    enum TimerAction: Equatable {
        case none
        case wait(until: UInt64)
        /// A reply is overdue: free the context.
        case free
    }

    /// The timer has fired. `oldest` is the deadline of the command that has been in flight for the longest time.
    mutating func timerFired(now: UInt64, oldest: UInt64?) -> TimerAction {
        let due: UInt64?
        switch state {
        case .connecting: due = handshakeDeadline
        case .handshaking, .ready, .draining: due = oldest
        case .ended: due = nil
        }
        guard let due else { return .none }
        guard due <= now else { return .wait(until: due) }
        state = .ended(RedisError(.timedOut, message: "no reply in the time allowed"))
        return .free
    }

    private static let closed = RedisError(.closed, message: "the client was closed")

    private static func lost(_ text: String?) -> RedisError {
        RedisError(.connectionLost, message: text ?? "the connection has ended")
    }
}
