import Base

/// Where a Redis server is and how long to wait for it.
package struct RedisConfiguration: Sendable {
    /// A name or an address. Names are looked up off the loop, again for each attempt to connect.
    package var host: String
    package var port: Int
    package var username: String?
    package var database: Int
    /// For the whole way to a connection that answers, look-up and authentication included; a look-up cannot be broken
    /// off, so one that takes longer is the end of the attempt when it ends.
    package var connectTimeout: Duration
    /// For one command, from the call to the reply.
    package var commandTimeout: Duration
    /// How many commands may wait for their replies; the next one gets `tooManyInFlight`.
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
    /// What makes a fresh connection a usable one. The PING tells that the server answers, not merely listens.
    var handshake: [[RedisArgument]] {
        var commands: [[RedisArgument]] = []
        if let password {
            commands.append(["AUTH"] + (username.map { [.string($0)] } ?? []) + [.string(password.revealed)])
        }
        if database != 0 { commands.append(["SELECT", .int(Int64(database))]) }
        return commands + [["PING"]]
    }
}
