import EventLoop
import HTTPClient
import HTTPMessages
import JSON
import NetworkTesting
import Postgres
import Testing

extension EndToEnd {
    /// The gateway shows that nothing is folded, whatever the reason is.
    @Suite struct FoldAgeTests {
        private static let document = #"{"user_id":1,"product_name":"unfolded","product_price":1}"#
        private static let later: HTTPHeaders = ["Prefer": "respond-async"]

        @Test func aProjectorThatIsFrozenOrDeadShowsOnTheGateway() throws {
            try Environment.run { warelog in
                try await warelog.caughtUp()
                try await warelog.awaitFoldAge { $0 == 0 }
                warelog.processes.pause(.projector)
                #expect(
                    try await warelog.send(.post, "/products", Self.document, headers: Self.later).status == .accepted)
                try await warelog.awaitFoldAge { $0 >= 5 }
                warelog.processes.goOn(.projector)
                try await warelog.awaitFoldAge { $0 == 0 }
                await warelog.processes.kill(.projector)
                #expect(
                    try await warelog.send(.post, "/products", Self.document, headers: Self.later).status == .accepted)
                try await warelog.awaitFoldAge { $0 >= 5 }
                // A gateway that starts later knows how long the record has waited before.
                try await warelog.restart(.gateway, awaiting: "\"message\":\"serving\"", with: [:])
                try await warelog.awaitFoldAge { $0 >= 5 }
                try warelog.processes.start(.projector)
                try await warelog.awaitFoldAge { $0 == 0 }
            }
        }

        @Test func aProjectorThatFoldsNothingIsNotReady() throws {
            try Environment.run { warelog in
                try await warelog.caughtUp()
                try await warelog.awaitReadiness(.projector, true)
                // The projector has its partitions, but its transactions wait.
                let held = try await PostgresConnection.connect(warelog.databaseConfiguration, loop: warelog.loop)
                defer { held.close() }
                try await held.simple("begin; lock table \(try await warelog.liveSchema).checkpoints in share mode")
                #expect(
                    try await warelog.send(.post, "/products", Self.document, headers: Self.later).status == .accepted)
                try await warelog.awaitReadiness(.projector, false, because: "has waited for")
                try await warelog.awaitFoldAge { $0 >= 5 }
                try await held.simple("rollback")
                try await warelog.awaitReadiness(.projector, true)
                try await warelog.awaitFoldAge { $0 == 0 }
            }
        }

        @Test(arguments: Relay.Fault.allCases)
        func aPostgresThatIsAwayShowsOnGatewayAndProjector(_ fault: Relay.Fault) throws {
            try Environment.run { warelog in
                try await warelog.withRelay(to: "DB_PORT") { relay in
                    let settings = ["DB_PORT": "\(relay.port)", "VERDICT_WAIT_MILLISECONDS": "250"]
                    try await warelog.restart(.projector, awaiting: "partitions assigned", with: settings)
                    try await warelog.restart(.gateway, awaiting: "\"message\":\"serving\"", with: settings)
                    _ = try await warelog.createdInTheEnd(Self.document, meanwhile: [.serviceUnavailable, .accepted])
                    try await warelog.awaitFoldAge { $0 == 0 }
                    try await warelog.awaitReadiness(.projector, true)
                    relay.fault = fault
                    #expect(try await warelog.send(.post, "/products", Self.document).status == .accepted)
                    try await warelog.awaitReadiness(.projector, false)
                    try await warelog.awaitFoldAge { $0 >= 5 }
                    relay.fault = nil
                    try await warelog.awaitFoldAge { $0 == 0 }
                    try await warelog.awaitReadiness(.projector, true)
                }
            }
        }
    }
}

extension Environment {
    /// Returns when the greatest age that the gateway shows is as wanted. The promise is ten seconds; on a busy machine
    /// the test waits longer.
    fileprivate func awaitFoldAge(_ isWanted: @escaping @Sendable (Int) -> Bool) async throws {
        try await loop.withDeadline(.seconds(60)) {
            while true {
                let text = String(decoding: try await send(.get, "/metrics").body, as: UTF8.self)
                let ages = text.split(separator: "\n").filter { $0.hasPrefix("warelog_fold_age_seconds{") }
                if let age = ages.compactMap({ Int($0.split(separator: " ").last ?? "") }).max(), isWanted(age) {
                    return
                }
                try await loop.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Returns when `name` is ready, or when it is not ready and `/readyz` gives the reason.
    fileprivate func awaitReadiness(_ name: Processes.Name, _ isWanted: Bool, because reason: String = "") async throws
    {
        try await loop.withDeadline(.seconds(60)) {
            while true {
                let answer = try await send(.get, "/readyz", to: name)
                let text = String(decoding: answer.body, as: UTF8.self)
                if (answer.status == .ok) == isWanted, reason.isEmpty || text.contains(reason) { return }
                try await loop.sleep(for: .milliseconds(100))
            }
        }
    }
}
