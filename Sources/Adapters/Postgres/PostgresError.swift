import EventLoop

/// An error of the database, or on the way to it.
package struct PostgresError: Error, Sendable {
    package enum Kind: Sendable, Equatable {
        /// The server refused. `sqlState` says why.
        case server
        /// No connection could be made, or the one in use is gone.
        case connectionLost
        /// The caller's task was cancelled.
        case cancelled
        /// There was no answer before the deadline.
        case deadlineExceeded
        /// The queue for a connection, or the pipeline of one, is full.
        case poolExhausted
        /// The connection or the pool was closed on this side.
        case closed
        /// A value cannot be sent, or an answer does not have the form that the caller asked for.
        case invalid
    }

    package let kind: Kind
    /// The C function, or the step, that failed.
    package let call: String
    /// The server's code of five characters, as in the appendix "PostgreSQL Error Codes" of its manual.
    package let sqlState: String?
    /// The primary message, without detail, hint and statement.
    package let message: String
    /// The violated constraint, if the server names one.
    package let constraint: String?
    /// Whether the statement may have run and been committed. A lost answer says neither.
    package let mayHaveTakenEffect: Bool
    /// The index of the failed statement of a transaction; the number of statements if the commit failed.
    package internal(set) var statementIndex: Int?

    init(
        _ kind: Kind, call: String, sqlState: String? = nil, message: String, constraint: String? = nil,
        mayHaveTakenEffect: Bool = false
    ) {
        self.kind = kind
        self.call = call
        self.sqlState = sqlState
        self.message = message
        self.constraint = constraint
        self.mayHaveTakenEffect = mayHaveTakenEffect
    }

    /// Whether the connection is gone, or the server is about to close it (classes 08 and 57P0x).
    package var isConnectionLost: Bool {
        kind == .connectionLost || hasClass("08") || hasClass("57P0")
    }

    /// Whether the same call may succeed later with the same configuration: the fault passes by itself, or the server
    /// gets resources or becomes writable again.
    package var isTransient: Bool { cause == .passing || hasClass("53") || sqlState == "25006" }

    /// Whether a change of the schema has made a prepared statement unusable. Nothing of it has run.
    var isStalePlan: Bool { sqlState == "0A000" && message.hasPrefix("cached plan") || sqlState == "26000" }

    private func hasClass(_ prefix: String) -> Bool { sqlState?.hasPrefix(prefix) ?? false }
}

extension PostgresError: CustomStringConvertible {
    /// Safe to show. The messages of class 22 (data exceptions) quote values, so they are left out.
    package var description: String {
        var text = call
        if let statementIndex { text += " of statement \(statementIndex)" }
        text += hasClass("22") ? ": data exception" : ": \(message)"
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let constraint { text += ", constraint \(constraint)" }
        return text
    }
}

extension PostgresError {
    init(_ call: String, loop error: EventLoopError) {
        self.init(.connectionLost, call: call, message: error.description)
    }
}
