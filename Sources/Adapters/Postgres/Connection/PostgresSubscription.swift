import Base
package import EventLoop

/// Listens to one channel as long as its task runs. It connects again with back-off whenever the connection is lost.
package struct PostgresSubscription: Sendable {
    /// The longest delay between two attempts. The subscriber is back within a second after Postgres is, and an attempt
    /// that fails costs Postgres next to nothing.
    package static let longestDelay = Duration.milliseconds(500)

    private let configuration: PostgresConfiguration
    private let loop: EventLoop
    private let channel: String

    package init(_ configuration: PostgresConfiguration, loop: EventLoop, channel: String) {
        self.configuration = configuration
        self.loop = loop
        self.channel = channel
    }

    /// Runs until the task is cancelled.
    ///
    /// - Parameters:
    ///   - begin: Called whenever the subscription has begun or begun again, before the first notification. What was
    ///     notified while there was no connection is lost, so this is where the tables are read.
    ///   - receive: Called with each notification, in the order of their commits.
    ///   - lose: Called with the error when there is no connection: it was lost, or cannot be made.
    package func run(
        begin: (PostgresConnection) async throws -> Void = { _ in },
        receive: (PostgresNotification) -> Void, lose: (PostgresError) -> Void
    ) async throws {
        var backoff = Backoff(initial: .milliseconds(50), maximum: Self.longestDelay)
        while !Task.isCancelled {
            do {
                try await withConnection(configuration, loop: loop) { connection in
                    let notifications = try await connection.listen(channel)
                    try await begin(connection)
                    backoff.reset()
                    for await notification in notifications { receive(notification) }
                }
                if Task.isCancelled { return }  // the subscriber stops: the connection is not lost
                lose(PostgresError(.connectionLost, call: "listen", message: "the notifications ended"))
            } catch let error as PostgresError {
                if Task.isCancelled { return }
                lose(error)
            }
            try await loop.sleep(for: backoff.next())
        }
    }
}
