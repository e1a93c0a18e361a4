/// The reason why a command has no reply.
package struct RedisError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// There is no connection. Nothing was sent.
        case unavailable
        /// Too many commands are in flight. Nothing was sent.
        case tooManyInFlight
        /// There was no reply in time. The command may have run, or may run yet.
        case timedOut
        /// The connection was lost before the reply. The command may have run.
        case connectionLost
        /// The server refused. `code` says why.
        case server
        /// The client was closed on this side.
        case closed
        /// The command does not have one reply, or the reply has an unexpected form.
        case invalid
    }

    package let kind: Kind
    /// The first word of the server's error: ERR, WRONGTYPE, NOSCRIPT, OOM, READONLY, …
    package let code: String?
    /// The text from the server or from hiredis. A server quotes arguments in it, so it must not be logged.
    package let message: String

    package init(_ kind: Kind, code: String? = nil, message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// Makes an error from the text of an error reply.
    init(reply: String) {
        self.init(.server, code: reply.split(separator: " ", maxSplits: 1).first.map(String.init), message: reply)
    }

    /// Whether the command may have taken effect in spite of the error.
    package var mayHaveTakenEffect: Bool { kind == .timedOut || kind == .connectionLost }
}

extension RedisError: CustomStringConvertible {
    /// Safe to show. Of a server's error it has only the code.
    package var description: String {
        if kind == .server { "redis refused: \(code ?? "?")" } else { "redis: \(message)" }
    }
}
