/// The message of a committed `NOTIFY`.
package struct PostgresNotification: Sendable, Equatable {
    package let channel: String
    package let payload: String
    /// The server process that sent it.
    package let sender: Int32
}
