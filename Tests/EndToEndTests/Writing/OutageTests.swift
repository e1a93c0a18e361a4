import EventLoop
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import NetworkTesting
import Postgres
import Testing

@testable import Gateway
@testable import Projector

extension EndToEnd {
    /// A server freezes or becomes unavailable: the tests check the gateway's answers meanwhile, their times, and the
    /// recovery.
    @Suite struct OutageTests {
        private static let serving = "\"message\":\"serving\""
        private static let document = #"{"user_id":1,"product_name":"outage","product_price":1}"#

        @Test(arguments: Relay.Fault.allCases)
        func writesWithAndWithoutAKeyAreRecordedWhilePostgresIsAway(_ fault: Relay.Fault) throws {
            try Environment.run { warelog in
                var products: [Int64] = []
                for _ in 0..<8 { products.append(try await warelog.create(price: "1").id) }
                let ids = products
                try await warelog.withRelay(to: "DB_PORT") { relay in
                    try await warelog.restart(
                        .gateway, awaiting: Self.serving,
                        with: ["DB_PORT": "\(relay.port)", "VERDICT_WAIT_MILLISECONDS": "500"])
                    // The user is known to this gateway from here on, and ids are leased.
                    _ = try await warelog.createdInTheEnd(Self.document, meanwhile: [.serviceUnavailable, .accepted])
                    relay.fault = fault
                    var answers: [HTTPClientResponse] = []
                    let keys: [HTTPHeaders] = [[:], Self.key(), [:], Self.key()]
                    for (number, headers) in keys.enumerated() {
                        let path = "/products/\(ids[number])"
                        let start = ContinuousClock.now
                        switch number / 2 {
                        case 0:
                            answers.append(try await warelog.send(.post, "/products", Self.document, headers: headers))
                            answers.append(
                                try await warelog.send(.patch, path, #"{"product_price":2}"#, headers: headers))
                            answers.append(
                                try await warelog.upload(
                                    PictureRequests.photo, as: "image/jpeg", to: "\(ids[number + 4])", headers))
                        default:
                            answers.append(
                                try await warelog.send(
                                    .put, path, #"{"product_name":"x","product_price":3}"#, headers: headers))
                            answers.append(
                                try await warelog.send(.delete, "/products/\(ids[number + 4])", headers: headers))
                        }
                        // The promise is one and a half seconds for each; writes that waited for Postgres took five
                        // seconds more.
                        #expect(ContinuousClock.now - start < .seconds(number < 2 ? 9 : 6), "\(number)")
                    }
                    #expect(answers.map(\.status.code) == answers.map { _ in 202 })
                    relay.fault = nil
                    for answer in answers {
                        let operation = try #require(answer.headers["Location"])
                        let token = answer.headers["Consistency-Token"] ?? ""
                        let known = try await warelog.operation(operation, token)
                        #expect(known?["status"]?.string == "accepted", "\(operation)")
                    }
                }
            }
        }

        @Test func anUploadToAFrozenObjectStoreIsRefusedInTime() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(price: "1").id
                try await warelog.withRelay(to: "S3_ENDPOINT") { relay in
                    try await warelog.restart(
                        .gateway, awaiting: Self.serving, with: ["S3_ENDPOINT": "http://127.0.0.1:\(relay.port)"])
                    relay.fault = .frozen
                    let start = ContinuousClock.now
                    let refused = try await warelog.upload(PictureRequests.photo, as: "image/jpeg", to: "\(id)")
                    #expect(refused.status == .serviceUnavailable)
                    // The promise is five seconds; without it the answer took twenty.
                    #expect(ContinuousClock.now - start < .seconds(8))
                    relay.fault = nil
                    let stored = try await warelog.upload(PictureRequests.photo, as: "image/jpeg", to: "\(id)")
                    #expect(stored.status == .created)
                }
            }
        }

        /// The sum of the longest pauses of back-offs that follow one another.
        @Test func whoWaitsForPostgresTriesAgainWithinASecond() {
            let pool = PostgresPool.longestPause
            #expect(pool + PostgresSubscription.longestDelay < .seconds(1))
            #expect(pool + ReadModelAccess.longestDelay < .seconds(1))
        }

        @Test func writesAreVisibleSoonAfterPostgresIsBack() throws {
            try Environment.run { warelog in
                try await warelog.withRelay(to: "DB_PORT") { relay in
                    let settings = ["DB_PORT": "\(relay.port)", "VERDICT_WAIT_MILLISECONDS": "250"]
                    try await warelog.restart(.projector, awaiting: "partitions assigned", with: settings)
                    try await warelog.restart(.gateway, awaiting: Self.serving, with: settings)
                    _ = try await warelog.createdInTheEnd(Self.document, meanwhile: [.serviceUnavailable, .accepted])
                    relay.fault = .cut
                    // The projector notices when it has something to fold.
                    #expect(try await warelog.send(.post, "/products", Self.document).status == .accepted)
                    // The back-offs grow to their limits.
                    try await warelog.loop.withDeadline(.seconds(60)) {
                        for _ in 0..<10 {
                            await warelog.awaitNext(.gateway, "cannot listen for folded offsets")
                            await warelog.awaitNext(.projector, "the read model is unavailable")
                        }
                    }
                    relay.fault = nil
                    let start = ContinuousClock.now
                    _ = try await warelog.createdInTheEnd(Self.document, meanwhile: [.serviceUnavailable, .accepted])
                    let time = ContinuousClock.now - start
                    print("the first 201 came \(time) after Postgres was back")
                    #expect(time < .seconds(2))
                }
            }
        }

        private static func key() -> HTTPHeaders { ["Idempotency-Key": "outage-\(UInt64.random(in: 0 ... .max))"] }
    }
}

extension Environment {
    /// Runs `body` with a relay to the server whose port or URL is the value of this setting.
    func withRelay(to setting: String, _ body: @escaping @Sendable (Relay) async throws -> Void) async throws {
        let text = getenv(setting).map { String(cString: $0) } ?? ""
        let port = UInt16(text.split(separator: ":").last.map(String.init) ?? text) ?? 0
        try await Relay.run(on: loop, to: port, body)
    }

    func restart(_ name: Processes.Name, awaiting message: String, with settings: [String: String]) async throws {
        await processes.stop(name)
        try await processes.start(name, awaiting: message, with: settings)
    }

    /// Returns when `name` logs `text` again.
    func awaitNext(_ name: Processes.Name, _ text: String) async {
        await processes.awaitLog(of: name, from: processes.logs[name]?.count ?? 0, text)
    }

    /// Returns the operation when its write is folded.
    func operation(_ path: String, _ token: String) async throws -> JSONValue? {
        while true {
            let answer = try await send(.get, path, headers: ["Consistency-Token": token])
            if answer.status == .ok { return answer.data }
            try await loop.sleep(for: .milliseconds(50))
        }
    }
}
