import Base
import EventLoop
import Events
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// The database is lost, and the log is there: everything that clients hold is valid afterwards.
    @Suite struct LostDatabaseTests {
        enum Recovery: String, CaseIterable, Sendable {
            case byRebuild, byProjectorAlone
        }

        @Test(arguments: Recovery.allCases)
        func whatClientsHoldIsGoodAfterTheDatabaseWasLost(_ recovery: Recovery) throws {
            try Environment.run { warelog in
                let body = #"{"user_id":1,"product_name":"kept","product_price":5}"#
                let key: HTTPHeaders = ["Idempotency-Key": "lost-\(UInt64.random(in: 0 ... .max))"]
                let created = try await warelog.send(.post, "/products", body, headers: key)
                #expect(created.status == .created)
                let id = try created.id
                let edited = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":6}"#)
                // The id of another writer, far beyond those that gateways have leased, which must not hide them.
                let far = ProductID.maximumLeased - 1 - 5 * Int64.random(in: 0..<10_000_000_000)
                try await warelog.appendStories(of: [try #require(ProductID(far))])
                let token = edited.headers["Consistency-Token"] ?? ""
                let tag = edited.headers["ETag"] ?? ""
                await warelog.processes.stopAll()

                try await Self.withDatabase(beside: warelog) { lost, settings in
                    let processes = lost.processes
                    try await processes.tool("migrate", with: settings)
                    try await processes.tool("topics", "create", with: settings)
                    // A gateway that starts before the log is folded gives out no id that the log has.
                    try await processes.start(.gateway, awaiting: "\"message\":\"serving\"", with: settings)
                    let early = try await lost.send(.post, "/users", #"{"name":"too early"}"#)
                    #expect(early.status == .serviceUnavailable)
                    if recovery == .byRebuild {
                        let end = try await processes.run("rebuild", "--accept-quarantine", with: settings)
                        #expect(end.isDone, "\(end)")
                    }
                    try processes.start(.projector, with: settings)
                    try await lost.caughtUp()
                    #expect(try await processes.run("verify", with: settings).isDone)

                    let replayed = try await lost.send(.post, "/products", body, headers: key)
                    #expect(replayed.status == .created && replayed.body == created.body)
                    #expect(replayed.headers["Idempotency-Replayed"] == "true")
                    let read = try await lost.send(.get, "/products/\(id)", headers: ["Consistency-Token": token])
                    #expect(read.data?["product_price"]?.number == "6")
                    let same = try await lost.send(.get, "/products/\(id)", headers: ["If-None-Match": tag])
                    #expect(same.status == .notModified)
                    let matched = try await lost.send(
                        .patch, "/products/\(id)", #"{"product_price":7}"#, headers: ["If-Match": tag])
                    #expect(matched.status == .ok)
                    let new = try await lost.createdInTheEnd(body)
                    #expect(new > id)
                    #expect(try await lost.send(.get, "/products/\(new)").data?["version"]?.integer == 1)
                    // The database of the other tests does not know these ids.
                    _ = try await warelog.database.query("select warelog.reserve_ids($1, 0)", [.int(new)])
                }
            }
        }

        /// Runs `body` with an empty database on the same server, in place of the one that the processes have.
        private static func withDatabase(
            beside warelog: Environment, _ body: (Environment, [String: String]) async throws -> Void
        ) async throws {
            let name = "lost_\(UInt32.random(in: 0 ... .max))"
            try await warelog.database.simple("create database \(name)")
            func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
            let result: Result<Void, any Error>
            do {
                let configuration = PostgresConfiguration(
                    host: variable("DB_HOST"), port: Int(variable("DB_PORT")) ?? 5432, user: variable("DB_USER"),
                    password: Secret(variable("DB_PASSWORD")), database: name)
                let connection = try await PostgresConnection.connect(configuration, loop: warelog.loop)
                defer { connection.close() }
                let lost = Environment(
                    loop: warelog.loop, processes: warelog.processes, client: warelog.client,
                    pictures: warelog.pictures,
                    requests: warelog.requests, database: connection, databaseConfiguration: configuration)
                result = .success(try await body(lost, ["DB_NAME": name]))
            } catch {
                result = .failure(error)
            }
            await warelog.processes.stopAll()
            try await warelog.database.simple("drop database \(name)")
            try result.get()
        }
    }
}

extension Environment {
    /// Returns the id of a product that is created as soon as there are ids again. Until then, each attempt is answered
    /// with one of the other statuses.
    func createdInTheEnd(_ body: String, meanwhile: Set<HTTPStatus> = [.serviceUnavailable]) async throws -> Int64 {
        while true {
            let created = try await send(.post, "/products", body)
            if created.status == .created { return try created.id }
            #expect(meanwhile.contains(created.status))
            try await loop.sleep(for: .milliseconds(100))
        }
    }
}
