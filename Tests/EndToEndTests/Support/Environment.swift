import Base
import EventLoop
import Glibc
import HTTPClient
import HTTPMessages
import HTTPServer
import JSON
import NetworkTesting
import Postgres

/// A running Warelog, a server of pictures and a client, for the time of one test.
struct Environment: Sendable {
    let loop: EventLoop
    let processes: Processes
    let client: HTTPClient
    let pictures: HTTPServer
    let requests: PictureRequests
    let database: PostgresConnection
    let databaseConfiguration: PostgresConfiguration

    static var isThere: Bool {
        let needed: [String] = ["DB_HOST", "REDIS_HOST", "KAFKA_BROKERS", "S3_ENDPOINT"]
        return needed.allSatisfy { getenv($0) != nil }
    }

    /// Long enough for a slow machine; only a test that hangs reaches it.
    private static let limit = Duration.seconds(600)
    /// Raised when the topics, the read model and the first users exist, for all tests of this run.
    private static let isPrepared = Flag()

    static func run(_ body: @escaping @Sendable (Environment) async throws -> Void) throws {
        try onLoop { loop in
            let requests = PictureRequests()
            try await withServer(on: loop, handler: { await requests.answer($0) }) { pictures in
                try await loop.withDeadline(limit) { try await run(loop, pictures, requests, body) }
            }
        }
    }

    private static func run(
        _ loop: EventLoop, _ pictures: HTTPServer, _ requests: PictureRequests,
        _ body: @escaping @Sendable (Environment) async throws -> Void
    ) async throws {
        let processes = Processes(loop, ports: try freePorts(Processes.order.count))
        if !isPrepared.isRaised {
            try await processes.tool("migrate")
            try await processes.tool("topics", "create")
        }
        let configuration = PostgresConfiguration(
            host: variable("DB_HOST"), port: Int(variable("DB_PORT")) ?? 5432, user: variable("DB_USER"),
            password: Secret(variable("DB_PASSWORD")), database: variable("DB_NAME"))
        let database = try await PostgresConnection.connect(configuration, loop: loop)
        var web = HTTPClientConfiguration()
        web.maximumConnectionsPerHost = 64
        let client = try HTTPClient(loop: loop, configuration: web)
        let environment = Environment(
            loop: loop, processes: processes, client: client, pictures: pictures, requests: requests,
            database: database, databaseConfiguration: configuration)
        let result: Result<Void, any Error>
        do {
            try processes.start(.projector)
            try processes.start(.compressor)
            try await processes.start(.gateway, awaiting: "\"message\":\"serving\"")
            if !isPrepared.isRaised {
                try await processes.tool("seed")
                isPrepared.raise()
            }
            try await environment.fold { try await environment.isRegistered(user: 1) }
            try await body(environment)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await processes.stopAll()
        client.close()
        database.close()
        try result.get()
    }

    /// Returns when `condition` holds, which it checks after each commit of the projector. The condition reads
    /// Postgres: the cache is told of a commit a moment later, and there may be no further commit to check after.
    func fold(until condition: @escaping @Sendable () async throws -> Bool) async throws {
        while true {
            // The stream ends if more is folded meanwhile than it can hold; it throws if the connection is lost.
            let folded = try await database.listen("warelog_folded")
            if try await condition() { return }
            for await _ in folded where try await condition() { return }
        }
    }

    private func isRegistered(user: Int64) async throws -> Bool {
        !(try await database.query("select 1 from users where id = $1", [.int(user)]).rows.isEmpty)
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, type: String = "application/json",
        headers: HTTPHeaders = [:], to gateway: Processes.Name = .gateway
    ) async throws -> HTTPClientResponse {
        var headers = headers
        if body != nil { headers["Content-Type"] = type }
        var request = HTTPClientRequest(
            method, "http://127.0.0.1:\(processes.ports[gateway] ?? 0)\(path)", headers: headers,
            body: body.map { Array($0.utf8) })
        // An event stream stays open as long as the test runs.
        request.totalTimeout = Self.limit
        return try await client.send(request)
    }

    func picture(_ name: String) -> String { "http://127.0.0.1:\(pictures.port)/\(name)" }

    private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

    /// Returns different ports that are free at this moment, and that are outside the range that the kernel uses for
    /// connections (ip(7), ip_local_port_range), so that a process that starts again can have the same port.
    private static func freePorts(_ count: Int) throws -> [Int] {
        let loop = try EventLoop()
        var servers: [UInt16: HTTPServer] = [:]
        while servers.count < count {
            let port = UInt16.random(in: 10_000..<20_000)
            let configuration = HTTPServerConfiguration(port: port)
            // A port that is taken is skipped.
            servers[port] =
                try? servers[port]
                ?? HTTPServer(configuration: configuration, loop: loop) { _ in HTTPResponse(.notFound) }
        }
        return servers.keys.map { Int($0) }
    }
}

extension HTTPClientResponse {
    var json: JSONValue? { try? JSONDocument(parsing: body).root }
    var data: JSONValue? { json?["data"] }
}
