import Base
import EventLoop
import Events
import Glibc
import JSON
import NetworkTesting
import Postgres
import Testing

@testable import Gateway

/// A database with the migrated schema for the time of one test. Products are written directly to the read model.
struct ListDatabase: Sendable {
    let connection: PostgresConnection
    let pool: PostgresPool
    let key = SigningKey(Secret("0123456789abcdef0123456789abcdef"))

    /// Long enough for a slow machine; only a test that hangs reaches it.
    private static let limit = Duration.seconds(600)

    static func run(_ body: @escaping @Sendable (ListDatabase) async throws -> Void) throws {
        try onLoop { loop in
            let name = "list_\(UInt32.random(in: 0 ... .max))"
            let server = try await PostgresConnection.connect(configuration(), loop: loop)
            defer { server.close() }
            try await server.simple("create database \(name)")
            var configuration = Self.configuration()
            configuration.database = name
            let pool = PostgresPool(configuration, loop: loop, size: 1, maximumWaiting: 1)
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await loop.withDeadline(limit) { [configuration] in
                        try await Processes(loop, ports: [], settings: ["DB_NAME": name]).tool("migrate")
                        let connection = try await PostgresConnection.connect(configuration, loop: loop)
                        defer { connection.close() }
                        try await body(ListDatabase(connection: connection, pool: pool))
                    })
            } catch {
                result = .failure(error)
            }
            await pool.close()
            // The statement waits for sessions that are ending, and ends those of autovacuum.
            try await server.simple("drop database \(name)")
            try result.get()
        }
    }

    private static func configuration() -> PostgresConfiguration {
        func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return PostgresConfiguration(
            host: variable("DB_HOST"), port: Int(variable("DB_PORT")) ?? 5432, user: variable("DB_USER"),
            password: Secret(variable("DB_PASSWORD")), database: variable("DB_NAME"))
    }

    /// Inserts one product for each `i` of the range; the values are SQL expressions with `i`.
    func insert(
        _ ids: String, user: String = "1", name: String = "'product ' || i", price: String = "5",
        created: String = "timestamptz '2026-11-21 08:30:00.001Z'"
    ) async throws {
        try await connection.simple(
            """
            insert into read_model_3.products
            select i, i % 6, i, \(user), 1, 0, \(created), \(created), false, \(price), \(name), 'as in the README',
                   '{}', '{}', '[]'
            from \(ids) as i
            """)
    }

    func query(_ text: String, after cursor: ListCursor? = nil) throws -> ListQuery {
        var pairs: [(name: String, value: String)] = text.split(separator: "&").map {
            let parts = $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: String(parts[1]))
        }
        if let cursor {
            let list = try ListQuery(pairs, key: key).list
            pairs.append((name: "cursor", value: cursor.text(of: list, key: key)))
        }
        return try ListQuery(pairs, key: key)
    }

    func page(_ query: String, after cursor: ListCursor? = nil) async throws -> ProductPage {
        try await ProductPage.load(try self.query(query, after: cursor), pool)
    }

    /// Returns the plan of Postgres for a query of the gateway.
    func plan(_ query: ListQuery) async throws -> Plan {
        let statement = query.statement
        let results = try await connection.transaction([
            query.planning(sorts: !query.isOneRange),
            PostgresStatement(
                "explain (analyze, buffers, timing off, format json) \(statement.sql)", statement.parameters),
        ])
        let row = try #require(results[1].rows.first)
        let document = try JSONDocument(parsing: Array(try row.text(0).utf8))
        return try Plan(#require(document.root.elements.first?["Plan"]))
    }

    struct Plan: Sendable {
        /// The type of each node and, if it has one, its index.
        var nodes: [String] = []
        /// The number of pages that were read, in memory or not.
        let buffers: Int64

        init(_ root: JSONValue) throws {
            buffers = try #require(root["Shared Hit Blocks"]?.integer) + #require(root["Shared Read Blocks"]?.integer)
            add(root)
        }

        private mutating func add(_ node: JSONValue) {
            nodes.append([node["Node Type"], node["Index Name"]].compactMap { $0?.string }.joined(separator: " "))
            for child in node["Plans"]?.elements ?? [] { add(child) }
        }
    }
}
