package import Base

/// The address of a Redis server and the time to wait for it.
package struct RedisConfiguration: Sendable {
    /// A name or an address. A name is looked up for each attempt to connect, without blocking the loop.
    package var host: String
    package var port: Int
    package var username: String?
    package var database: Int
    /// The time allowed until a connection is usable, look-up and authentication included. A look-up cannot be
    /// cancelled: if it takes longer, the attempt fails when it ends.
    package var connectTimeout: Duration
    /// The time allowed for one command, from the call to the reply.
    package var commandTimeout: Duration
    /// The number of commands that may be in flight. The next one gets `tooManyInFlight`.
    package var maximumInFlight: Int
    let password: Secret?

    package init(
        host: String, port: Int = 6379, username: String? = nil, password: Secret? = nil, database: Int = 0,
        connectTimeout: Duration = .seconds(2), commandTimeout: Duration = .seconds(1), maximumInFlight: Int = 16_384
    ) {
        self.host = host
        self.port = port
        self.username = username
        self.password = password
        self.database = database
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.maximumInFlight = maximumInFlight
    }
}

extension RedisConfiguration {
    /// The commands that make a new connection usable. The PING proves that the server answers and does not merely
    /// listen.
    var handshake: [[RedisArgument]] {
        var commands: [[RedisArgument]] = []
        if let password {
            commands.append(["AUTH"] + (username.map { [.string($0)] } ?? []) + [.string(password.revealed)])
        }
        if database != 0 { commands.append(["SELECT", .int(Int64(database))]) }
        return commands + [["PING"]]
    }
}
