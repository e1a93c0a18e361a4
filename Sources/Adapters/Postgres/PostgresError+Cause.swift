extension PostgresError {
    /// The change that has to happen before the same call can succeed.
    package enum Cause: Sendable, Equatable {
        /// Nothing: the fault passes by itself.
        case passing
        /// A person has to mend the server or its settings. The call can be repeated until then.
        case server
        /// This program or its data has to change: repeating the call does not help.
        case program
    }

    package var cause: Cause {
        switch kind {
        case .connectionLost, .poolExhausted, .deadlineExceeded: .passing
        case .cancelled, .closed, .invalid: .program
        case .server: isStalePlan ? .passing : sqlState.map(Self.cause) ?? .program
        }
    }

    /// The cause of a SQLSTATE, as in the appendix "PostgreSQL Error Codes" of the manual: by the code, and then by its
    /// class, which is its first two characters.
    package static func cause(of sqlState: String) -> Cause {
        causes[sqlState] ?? causes[String(sqlState.prefix(2))] ?? .program
    }

    private static let causes: [String: Cause] = [
        // Connection exception; the server is shutting down, crashed or starting; it cancelled the statement.
        "08": .passing, "57P01": .passing, "57P02": .passing, "57P03": .passing, "57014": .passing, "57P05": .passing,
        // Serialization failure, deadlock, lock not available.
        "40": .passing, "55P03": .passing,
        // Too many connections; the other resources run out, and somebody has to make room: memory, the disk.
        "53300": .passing, "53": .server,
        // The server is read-only: a standby, or made so by an operator or a full disk.
        "25006": .server,
        // The user may not log in or may not do this; the database does not exist; the settings are broken.
        "28": .server, "42501": .server, "3D000": .server, "57P04": .server, "F0": .server,
        // I/O errors and missing files; objects that are not in the state that they must have; corrupted data.
        "58": .server, "55": .server, "XX001": .server, "XX002": .server,
    ]
}
