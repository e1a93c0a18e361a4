import Base
import EventLoop
import Glibc
import Postgres
import Testing

/// The server that the environment names, and scopes on it.
enum Database {
    static let missing: Comment = "DB_HOST is not set: no Postgres server to test against"

    /// The suite's own limit reports a test that hangs; only this limit ends it, because its loop blocks the thread.
    static let limit = Duration.seconds(40)

    static var isThere: Bool { environment("DB_HOST") != nil }

    static func configuration(password: String? = nil, port: Int? = nil) throws -> PostgresConfiguration {
        PostgresConfiguration(
            host: try #require(environment("DB_HOST")), port: port ?? Int(environment("DB_PORT") ?? "5432") ?? 5432,
            user: environment("DB_USER") ?? "postgres",
            password: (password ?? environment("DB_PASSWORD")).map { Secret($0) },
            database: environment("DB_NAME") ?? "postgres", sslMode: environment("DB_SSLMODE") ?? "prefer",
            connectTimeout: .seconds(10), applicationName: "warelog-tests")
    }

    /// Runs `body` on a loop of its own, with a connection whose current schema is new and is dropped afterwards.
    static func withConnection(
        _ body: @escaping @Sendable (PostgresConnection, EventLoop) async throws -> Void
    ) throws {
        let configuration = try configuration()
        let schema = "test_\(UInt64.random(in: 0 ... .max))"
        let loop = try EventLoop()
        try loop.run {
            let connection = try await PostgresConnection.connect(configuration, loop: loop)
            try await connection.simple("CREATE SCHEMA \(schema); SET search_path TO \(schema)")
            let result: Result<Void, any Error>
            do {
                result = .success(try await loop.withDeadline(limit) { try await body(connection, loop) })
            } catch {
                result = .failure(error)
            }
            connection.close()
            let cleaner = try await PostgresConnection.connect(configuration, loop: loop)
            defer { cleaner.close() }
            try await cleaner.simple("DROP SCHEMA \(schema) CASCADE")
            try result.get()
        }
    }

    /// Runs `body` on a loop of its own, with a pool that is closed afterwards.
    static func withPool(
        size: Int = 2, maximumWaiting: Int = 16, deadline: Duration = .seconds(10),
        configuration: PostgresConfiguration? = nil,
        _ body: @escaping @Sendable (PostgresPool, EventLoop) async throws -> Void
    ) throws {
        let configuration = try configuration ?? self.configuration()
        let loop = try EventLoop()
        try loop.run {
            let pool = PostgresPool(
                configuration, loop: loop, size: size, maximumWaiting: maximumWaiting, deadline: deadline)
            let result: Result<Void, any Error>
            do {
                result = .success(try await loop.withDeadline(limit) { try await body(pool, loop) })
            } catch {
                result = .failure(error)
            }
            await pool.close()
            try result.get()
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }
}

/// Returns the error of this module that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> PostgresError {
    do {
        try await body()
    } catch let error as PostgresError {
        return error
    }
    throw NothingThrown()
}

struct NothingThrown: Error {}
