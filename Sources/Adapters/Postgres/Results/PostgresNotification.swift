/// A `NOTIFY` that somebody sent and committed.
package struct PostgresNotification: Sendable, Equatable {
    package let channel: String
    package let payload: String
    /// The server process that sent it.
    package let sender: Int32
}
