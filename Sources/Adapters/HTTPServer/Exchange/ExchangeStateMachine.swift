/// The life of one request and its response, without libmicrohttpd and without a socket: the state, and what each event
/// makes the exchange do. `Exchange` reports the events and carries out the actions.
struct ExchangeStateMachine {
    enum State: Equatable {
        /// The request line is there; the rest of the head is on its way.
        case head
        /// A short body, or the beginning of one in chunks, is collected before the handler starts.
        case collecting
        /// The handler runs. It has not asked for the body, of which nothing has been read.
        case offered
        /// The handler runs while the body comes.
        case streaming
        /// The handler runs. The whole request is there.
        case handling
        /// The response is known. What is left of the body, at most `left` bytes, is thrown away before it is sent.
        /// `isAtHead`: libmicrohttpd asks once more before it reads the body.
        case discarding(left: Int, isAtHead: Bool)
        /// The response is libmicrohttpd's to send. `leavesInput`: the client may be sending a body that nobody reads.
        case responding(leavesInput: Bool)
        /// The response went past libmicrohttpd, or there is none: the connection ends when libmicrohttpd asks again.
        case closing
        /// libmicrohttpd is done with the request.
        case over
    }

    private(set) var state = State.head
    /// Whether the client went away before it was answered.
    private(set) var isAbandoned = false
    /// The length of the body, as its head declares it; nil for a body in chunks.
    private var declaredLength: Int?
    /// The number of bytes of an unread body that are thrown away so that the connection can go on.
    private var drainLimit = 0

    /// The number of bytes up to which an unwanted body is read and dropped: about what arrives with the head. For a
    /// longer body, a new connection costs less.
    static let maximumDrained = 64 * 1024

    /// Whether there is a response, or none any more.
    var isAnswered: Bool {
        switch state {
        case .head, .collecting, .offered, .streaming, .handling: false
        case .discarding, .responding, .closing, .over: true
        }
    }

    var isStreaming: Bool {
        if case .streaming = state { true } else { false }
    }

    /// Whether the handler runs and may ask for more of the body.
    var isBodyWanted: Bool {
        switch state {
        case .offered, .streaming: true
        case .head, .collecting, .handling, .discarding, .responding, .closing, .over: false
        }
    }

    /// Whether the body is on its way and libmicrohttpd reads it.
    var isReadingBody: Bool {
        switch state {
        case .collecting, .streaming, .discarding: true
        case .head, .offered, .handling, .responding, .closing, .over: false
        }
    }

    // MARK: the request

    enum Call: Equatable {
        case none
        /// The head is complete: check it.
        case begin
        /// The whole request is there: start the handler.
        case start
        /// The handler has asked for the body, which comes now.
        case readBody
        /// The whole body has come: tell the handler.
        case endBody
        /// There is nothing to be done before the handler answers.
        case suspend
        /// The rest of the body has been read and dropped: send the response.
        case send
        case close
    }

    /// libmicrohttpd asks what to do with a request of which it has nothing to hand over.
    mutating func called() -> Call {
        switch state {
        case .head: return .begin
        case .collecting:
            state = .handling
            return .start
        case .offered:
            // Resumed at the head because the body is wanted: a response would have been queued.
            state = .streaming
            return .readBody
        case .streaming:
            state = .handling
            return .endBody
        case .handling: return .suspend
        case .discarding(let left, isAtHead: true):
            state = .discarding(left: left, isAtHead: false)
            return .none
        case .discarding:
            state = .responding(leavesInput: false)
            return .send
        case .responding: return .none
        case .closing, .over: return .close
        }
    }

    /// The head is in order. A body up to `eager` bytes is collected before the handler starts; returns whether this
    /// body is.
    mutating func accepted(bodyLength: Int?, eager: Int, expectsContinue: Bool) -> Bool {
        declaredLength = bodyLength
        // A client that waits for leave to send its body has not sent it, and will not.
        drainLimit = expectsContinue ? 0 : Self.maximumDrained
        let isCollected = bodyLength.map { $0 <= eager } ?? true
        state = isCollected ? .collecting : .offered
        return isCollected
    }

    enum Piece: Equatable {
        case close
        /// The body is too large before its handler starts: refuse the request.
        case refuse
        case collect
        /// Collect it and start the handler: the body is not a short one.
        case collectAndStart
        case deliver
        /// Leave it with libmicrohttpd until the handler has taken what waits.
        case hold
        /// The same as `hold`, and the handler learns that the body is too large.
        case holdTooLarge
        case discard
        /// Too much is left to be thrown away: write the response to the socket, and close.
        case sendOutside
    }

    /// A piece of `count` bytes has come after `received` others.
    /// - Parameter hasRoom: Whether the handler can be given more.
    mutating func received(_ count: Int, after received: Int, limit: Int, eager: Int, hasRoom: Bool) -> Piece {
        let isTooLarge = count > limit - received
        switch state {
        case .collecting where isTooLarge:
            state = .closing
            return .refuse
        case .collecting where declaredLength == nil && received + count > eager:
            state = .streaming
            return .collectAndStart
        case .collecting: return .collect
        case .streaming where isTooLarge:
            drainLimit = 0
            return .holdTooLarge
        case .streaming: return hasRoom ? .deliver : .hold
        case .discarding(let left, _):
            guard count <= left, !isTooLarge else {
                state = .closing
                return .sendOutside
            }
            state = .discarding(left: left - count, isAtHead: false)
            return .discard
        case .head, .offered, .handling, .responding, .closing, .over: return .close
        }
    }

    // MARK: the response

    enum Answering: Equatable {
        /// It comes too late: nobody waits for it, or there is one already.
        case none
        /// Queue it with libmicrohttpd.
        case send
        /// Let the rest of the body come; `called` says when to send.
        case discard
        /// Write it to the socket, and close.
        case sendOutside
    }

    /// There is a response, `received` bytes into the body. A stream can be sent by libmicrohttpd alone.
    mutating func answered(isStream: Bool, received: Int) -> Answering {
        switch state {
        case .handling:
            state = .responding(leavesInput: false)
            return .send
        case .offered:
            // Only libmicrohttpd can send a stream, so the body must be known to be short.
            guard isDrainable(received), !isStream || declaredLength != nil else {
                state = .responding(leavesInput: true)
                return .send
            }
            state = .discarding(left: drainLimit, isAtHead: true)
            return .discard
        case .streaming:
            // libmicrohttpd takes no response in the middle of a body.
            guard isStream || isDrainable(received) else {
                state = .closing
                return .sendOutside
            }
            state = .discarding(left: isStream ? .max : drainLimit, isAtHead: false)
            return .discard
        case .head, .collecting, .discarding, .responding, .closing, .over: return .none
        }
    }

    /// The head is refused. `bodyLength` is what follows it; nil when that is not known, or not to be trusted.
    mutating func refused(bodyLength: Int?) -> Answering {
        guard case .head = state else { return .none }
        if let bodyLength, bodyLength > 0, bodyLength <= Self.maximumDrained {
            state = .discarding(left: bodyLength, isAtHead: false)
            return .discard
        }
        state = .responding(leavesInput: bodyLength != 0)
        return .send
    }

    /// There is no response to send after all, or libmicrohttpd has refused it.
    mutating func failed() {
        if case .over = state { return }
        state = .closing
    }

    enum Expiry: Equatable {
        /// Cut the connection.
        case cut
        /// Write a refusal to the socket, and close.
        case refuse
        /// Write the response that waited for the end of the body, and close.
        case sendOutside
    }

    /// The client's time is over.
    mutating func expired() -> Expiry {
        switch state {
        case .head, .collecting, .streaming:
            state = .closing
            return .refuse
        case .discarding:
            state = .closing
            return .sendOutside
        case .offered, .handling, .responding, .closing, .over: return .cut
        }
    }

    // MARK: the client

    /// The client has closed its side. It may be waiting for the response. Whether the body is complete is for
    /// libmicrohttpd to say, which may have read it; but a connection that cannot have another request is not worth a
    /// body's reading.
    mutating func inputEnded() { drainLimit = 0 }

    /// The client has reset the connection. Returns whether libmicrohttpd is to look at it, and close it.
    mutating func reset() -> Bool {
        switch state {
        case .head, .collecting, .offered, .handling:
            isAbandoned = true
            return false
        case .streaming:
            isAbandoned = true
            return true
        case .discarding, .responding, .closing: return true
        case .over: return false
        }
    }

    /// libmicrohttpd is done with the request: answered and sent, or the connection is lost. Returns whether the client
    /// may be sending still, so that the connection has to be closed with care.
    mutating func completed() -> Bool {
        let leavesInput: Bool
        switch state {
        case .head, .collecting, .offered, .streaming, .handling:
            isAbandoned = true
            leavesInput = false
        case .discarding: leavesInput = false
        case .responding(let leaves): leavesInput = leaves
        case .closing: leavesInput = true
        case .over: return false
        }
        state = .over
        return leavesInput
    }

    /// Whether so little of the body is left that reading it is cheaper than another connection.
    private func isDrainable(_ received: Int) -> Bool {
        drainLimit > 0 && declaredLength.map { $0 - received <= drainLimit } ?? true
    }
}
