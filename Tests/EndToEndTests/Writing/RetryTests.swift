import Glibc
import HTTPClient
import HTTPMessages
import JSON
import NetworkTesting
import Testing

extension EndToEnd {
    /// Clients that send a request again, go away, or go on before their last write is visible.
    @Suite struct RetryTests {
        private static func name() -> String { "r\(UInt64.random(in: 0 ... .max))" }

        @Test func aRetryMayBeSpelledDifferently() throws {
            try Environment.run { warelog in
                let headers: HTTPHeaders = ["Idempotency-Key": Self.name()]
                let first = try await warelog.send(
                    .post, "/products", #"{"user_id":1,"product_name":"é","product_price":1.5}"#, headers: headers)
                let again = try await warelog.send(
                    .post, "/products", #"{ "product_price": 1.50, "product_name": "\u00e9", "user_id": 1 }"#,
                    headers: headers)
                #expect(first.status == .created && again.status == .created && again.body == first.body)
                #expect(again.headers["Idempotency-Replayed"] == "true")
            }
        }

        @Test func twoClientsWithOneKeyRegisterTwoUsers() throws {
            try Environment.run { warelog in
                let headers: HTTPHeaders = ["Idempotency-Key": "1"]
                let bodies = (0..<2).map { _ in #"{"name":"\#(Self.name())"}"# }
                var ids: Set<Int64> = []
                for body in bodies + bodies {
                    let registered = try await warelog.send(.post, "/users", body, headers: headers)
                    #expect(registered.status == .created)
                    ids.insert(try registered.id)
                }
                #expect(ids.count == 2)
            }
        }

        /// The first of two attempts takes effect, and the second one does not know it yet.
        @Test func aRetryThatIsPendingNamesNoResourceThatNeverExists() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let name = Self.name()
                warelog.processes.pause(.projector)
                let headers: HTTPHeaders = ["Idempotency-Key": name, "Prefer": "respond-async"]
                let calls: [(HTTPMethod, String, String, String?)] = [
                    (.post, "/products", #"{"user_id":1,"product_name":"\#(name)","product_price":1}"#, nil),
                    (.post, "/users", #"{"name":"\#(name)"}"#, nil),
                    (.patch, "/products/\(id)", #"{"product_name":"\#(name)"}"#, "/products/\(id)"),
                ]
                var answers: [HTTPClientResponse] = []
                for (method, path, body, resource) in calls {
                    for _ in 0..<2 {
                        let answer = try await warelog.send(method, path, body, headers: headers)
                        #expect(answer.status == .accepted && answer.data?["resource"] != nil)
                        #expect(answer.data?["resource"]?.string == resource)
                        answers.append(answer)
                    }
                }
                warelog.processes.goOn(.projector)
                try await warelog.caughtUp()
                for pair in 0..<3 {
                    var operations: [JSONValue?] = []
                    for answer in answers[(2 * pair)..<(2 * pair + 2)] {
                        operations.append(try await warelog.send(.get, answer.headers["Location"] ?? "").data)
                    }
                    #expect(operations[0]?.canonical == operations[1]?.canonical)
                    let resource = try #require(operations[0]?["resource"]?.string)
                    let read = try await warelog.send(.get, resource)
                    #expect((read.data?["product_name"] ?? read.data?["name"])?.string == name)
                }
                #expect(try await warelog.count(named: name) == 2, "the new product and the edited one")
            }
        }

        @Test func aWriteWaitsForTheWriteOfItsToken() throws {
            try Environment.run { warelog in
                warelog.processes.pause(.projector)
                let registered = try await warelog.send(
                    .post, "/users", #"{"name":"new"}"#, headers: ["Prefer": "respond-async"])
                let path = try #require(registered.data?["resource"]?.string)
                let user = path.split(separator: "/").last ?? ""
                let token: HTTPHeaders = ["Consistency-Token": registered.headers["Consistency-Token"] ?? ""]
                let product = #"{"user_id":\#(user),"product_name":"x","product_price":1}"#
                let early = try await warelog.send(.post, "/products", product, headers: token)
                #expect(early.status == .serviceUnavailable && early.json?["retriable"]?.boolean == true)
                #expect(early.json?["type"]?.string == "urn:warelog:problem:consistency-timeout")
                warelog.processes.goOn(.projector)
                try await warelog.caughtUp()
                #expect(try await warelog.send(.post, "/products", product, headers: token).status == .created)
                for (method, path) in [
                    (HTTPMethod.patch, "/products/1"), (.put, "/products/1"), (.delete, "/products/1"),
                    (.post, "/users"), (.delete, "/products/1/images/x"), (.post, "/products/1/images"),
                ] {
                    let answer = try await warelog.send(method, path, "{}", headers: ["Consistency-Token": "x"])
                    #expect(answer.json?["type"]?.string == "urn:warelog:problem:invalid-consistency-token")
                }
            }
        }

        /// The operator replaces the secret, and clients go on with their tokens.
        @Test func aSecondSigningKeyKeepsWhatClientsHave() throws {
            try Environment.run { warelog in
                let headers: HTTPHeaders = ["Idempotency-Key": Self.name()]
                let body = #"{"user_id":1,"product_name":"x","product_price":1}"#
                let first = try await warelog.send(.post, "/products", body, headers: headers)
                let later = try await warelog.send(
                    .patch, "/products/\(try first.id)", "{}",
                    headers: ["Idempotency-Key": Self.name(), "Prefer": "respond-async"])
                let page = try await warelog.send(.get, "/products?user_id=1&limit=1&sort=-created_at")
                let old = getenv("SIGNING_KEY").map { String(cString: $0) } ?? ""
                let new = String(repeating: "n", count: 32)
                for (settings, isKnown) in [
                    (["SIGNING_KEY": new, "SIGNING_KEY_PREVIOUS": old], true), (["SIGNING_KEY": new], false),
                ] {
                    await warelog.processes.stop(.gateway)
                    try await warelog.processes.start(.gateway, awaiting: "\"message\":\"serving\"", with: settings)
                    let again = try await warelog.send(.post, "/products", body, headers: headers)
                    #expect(again.status == .created && (again.body == first.body) == isKnown)
                    let token: HTTPHeaders = ["Consistency-Token": first.headers["Consistency-Token"] ?? ""]
                    let read = try await warelog.send(.get, "/products/\(try first.id)", headers: token)
                    #expect(read.status == (isKnown ? .ok : .badRequest))
                    let cursor = page.json?["next_cursor"]?.string ?? ""
                    let next = try await warelog.send(
                        .get, "/products?user_id=1&limit=1&sort=-created_at&cursor=\(cursor)")
                    #expect(next.status == (isKnown ? .ok : .badRequest))
                    #expect(try await warelog.send(.get, later.headers["Location"] ?? "").status == .ok)
                }
            }
        }

        @Test func aClientThatGoesAwayIsNoFailureOfTheService() throws {
            try Environment.run { warelog in
                warelog.processes.pause(.projector)
                let registered = try await warelog.send(
                    .post, "/users", #"{"name":"new"}"#, headers: ["Prefer": "respond-async"])
                let token = registered.headers["Consistency-Token"] ?? ""
                let connection = try RawConnection.connect(
                    on: warelog.loop, port: UInt16(warelog.processes.ports[.gateway] ?? 0))
                // The first one is answered, so the gateway has read the second one.
                try await connection.send(
                    "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
                        + "GET /users/77 HTTP/1.1\r\nHost: x\r\nConsistency-Token: \(token)\r\n\r\n")
                _ = try await connection.receiveResponse()
                connection.reset()
                await warelog.processes.awaitLog(of: .gateway, #""path":"/users/77""#)
                warelog.processes.goOn(.projector)
                let lines = String(decoding: warelog.processes.logs[.gateway] ?? [], as: UTF8.self)
                    .split(separator: "\n").filter { $0.contains(#""path":"/users/77""#) }
                #expect(lines.count == 1 && lines[0].contains(#""status":499"#), "\(lines)")
                let metrics = String(decoding: try await warelog.send(.get, "/metrics").body, as: UTF8.self)
                #expect(!metrics.contains(#"status="5xx""#))
                #expect(metrics.contains(#"{method="GET",route="/users/{id}",status="4xx"}"#))
            }
        }
    }
}
