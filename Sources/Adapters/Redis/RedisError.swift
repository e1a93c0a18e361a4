/// Why a command has no answer.
package struct RedisError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// There is no connection: nothing was sent.
        case unavailable
        /// As many commands as allowed wait already: nothing was sent.
        case tooManyInFlight
        /// No reply in time: it may have run, or run yet.
        case timedOut
        /// The connection broke before the reply: it may have run.
        case connectionLost
        /// The server refused; `code` says why.
        case server
        /// The client has been closed here.
        case closed
        /// A command that does not fit one request and one reply, or a reply of an unexpected form.
        case invalid
    }

    package let kind: Kind
    /// The first word of the server's error: ERR, WRONGTYPE, NOSCRIPT, OOM, READONLY, …
    package let code: String?
    /// The text as the server or hiredis gave it. A server quotes arguments in it: not for logs.
    package let message: String

    package init(_ kind: Kind, code: String? = nil, message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// From the text of an error reply.
    init(reply: String) {
        self.init(.server, code: reply.split(separator: " ", maxSplits: 1).first.map(String.init), message: reply)
    }

    /// Whether the command may have taken effect in spite of the error.
    package var mayHaveTakenEffect: Bool { kind == .timedOut || kind == .connectionLost }
}

extension RedisError: CustomStringConvertible {
    /// Safe to show: of a server's error only the code.
    package var description: String {
        if kind == .server { "redis refused: \(code ?? "?")" } else { "redis: \(message)" }
    }
}
