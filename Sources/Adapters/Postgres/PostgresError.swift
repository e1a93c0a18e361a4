import EventLoop

/// What went wrong between here and the database.
package struct PostgresError: Error, Sendable {
    package enum Kind: Sendable, Equatable {
        /// The server refused; `sqlState` says why.
        case server
        /// No connection could be made, or the one in use is gone.
        case connectionLost
        /// The task that waited was cancelled.
        case cancelled
        /// No answer within the time given.
        case deadlineExceeded
        /// The queue for a connection, or the pipeline of one, is full.
        case poolExhausted
        /// The connection or the pool has been closed here.
        case closed
        /// A value that cannot be sent, or an answer that is not what the caller asked it to be.
        case invalid
    }

    package let kind: Kind
    /// The C function, or the step, that failed.
    package let call: String
    /// Five characters from the server, as in the appendix "PostgreSQL Error Codes" of its manual.
    package let sqlState: String?
    /// The primary message: no detail, no hint, no statement.
    package let message: String
    /// The violated constraint, where the server names one.
    package let constraint: String?
    /// Whether the statement may have run, or run and been committed: an answer that was lost says neither.
    package let mayHaveTakenEffect: Bool
    /// The index of the statement of a transaction that failed; its count stands for the commit.
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

    /// The connection is gone, or the server is about to take it away (classes 08 and 57P0x).
    package var isConnectionLost: Bool {
        kind == .connectionLost || hasClass("08") || hasClass("57P0")
    }

    /// The same call may well succeed later: lost connections, serialization failures, deadlocks, want of resources,
    /// full queues, missed deadlines, the server's own (57014) among them.
    package var isTransient: Bool {
        switch kind {
        case .connectionLost, .poolExhausted, .deadlineExceeded: true
        case .cancelled, .closed, .invalid: false
        case .server:
            isConnectionLost || hasClass("53") || sqlState == "40001" || sqlState == "40P01" || sqlState == "55P03"
                || sqlState == "57014" || isStalePlan
        }
    }

    /// A prepared statement that a change of the schema has made unusable; nothing of it has run.
    var isStalePlan: Bool { sqlState == "0A000" && message.hasPrefix("cached plan") || sqlState == "26000" }

    private func hasClass(_ prefix: String) -> Bool { sqlState?.hasPrefix(prefix) ?? false }
}

extension PostgresError: CustomStringConvertible {
    /// Safe to show: the messages of class 22 (data exceptions) quote values, so they are left out.
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
