package import EventLoop

/// Opens a connection for the time of `body`, and closes it however `body` ends.
package func withConnection<Value>(
    _ configuration: PostgresConfiguration, loop: EventLoop, _ body: (PostgresConnection) async throws -> Value
) async throws -> Value {
    let connection = try await PostgresConnection.connect(configuration, loop: loop)
    defer { connection.close() }
    return try await body(connection)
}

/// Opens a pool for the time of `body`, and closes it however `body` ends.
package func withPool<Value>(
    _ configuration: PostgresConfiguration, loop: EventLoop, size: Int, maximumWaiting: Int,
    deadline: Duration = .seconds(5), _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
    let pool = PostgresPool(
        configuration, loop: loop, size: size, maximumWaiting: maximumWaiting, deadline: deadline)
    do {
        let value = try await body(pool)
        await pool.close()
        return value
    } catch {
        await pool.close()
        throw error
    }
}
