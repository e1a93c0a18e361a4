import EventLoop
import HTTPClient
import HTTPMessages
import HTTPServer
import JSON
import KafkaTesting
import NetworkTesting
import Postgres
import Testing

extension EndToEnd {
    /// A gateway with more work than its limits allow.
    @Suite struct OverloadTests {
        private static let serving = "\"message\":\"serving\""
        private static let document = #"{"user_id":1,"product_name":"slow","product_price":1}"#

        /// Returns a connection with a write that is admitted and whose body has not been sent.
        private static func slowWrite(_ warelog: Environment) async throws -> RawConnection {
            let connection = try warelog.connect()
            try await connection.send(
                """
                POST /products HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r
                Content-Length: \(document.utf8.count)\r\n\r\n
                """)
            // The handler asks for the body, so it has begun.
            #expect(try await connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            return connection
        }

        @Test func writesBeyondTheBoundAreRefusedWhileReadsGoOn() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                await warelog.processes.stop(.gateway)
                try await warelog.processes.start(.gateway, awaiting: Self.serving, with: ["MAXIMUM_WRITES": "2"])
                let slow = [try await Self.slowWrite(warelog), try await Self.slowWrite(warelog)]
                let before = try await warelog.logEnds()
                for _ in 0..<20 {
                    for (method, path) in [
                        (HTTPMethod.post, "/products"), (.patch, "/products/\(id)"), (.post, "/users"),
                    ] {
                        let refused = try await warelog.send(method, path, Self.document)
                        #expect(refused.status == .serviceUnavailable)
                        #expect(refused.headers["Retry-After"] == "1")
                        #expect(refused.headers["Content-Type"] == "application/problem+json")
                        #expect(refused.json?["type"]?.string == "urn:warelog:problem:overloaded")
                        #expect(refused.json?["retriable"]?.boolean == true)
                    }
                    #expect(try await warelog.send(.delete, "/products/\(id)").status == .serviceUnavailable)
                    #expect(try await warelog.send(.get, "/products/\(id)").status == .ok)
                    #expect(try await warelog.send(.get, "/products?user_id=1&limit=1").status == .ok)
                }
                #expect(try await warelog.logEnds() == before)
                // Each write that ends makes room for one.
                for connection in slow {
                    try await connection.send(Self.document)
                    #expect(try await connection.receiveResponse().head.hasPrefix("HTTP/1.1 201 "))
                    #expect(try await warelog.send(.post, "/products", Self.document).status == .created)
                }
            }
        }

        @Test func connectionsBeyondTheBoundOfOneClientAreRefusedWhileTheOthersGoOn() throws {
            try Environment.run { warelog in
                await warelog.processes.stop(.gateway)
                try await warelog.processes.start(
                    .gateway, awaiting: Self.serving,
                    with: ["MAXIMUM_CONNECTIONS_PER_CLIENT": "10", "GATEWAY_LOOPS": "3"])
                var held: [RawConnection] = []
                var refusals: [String] = []
                for _ in 0..<30 {
                    let connection = try warelog.connect()
                    try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                    let answer = try await connection.receiveResponse()
                    if answer.head.hasPrefix("HTTP/1.1 200 ") {
                        held.append(connection)
                    } else {
                        refusals.append(answer.head)
                        #expect(answer.body.contains("urn:warelog:problem:too-many-requests"))
                    }
                }
                // The limits hold over all loops together.
                #expect(held.count == 10 && refusals.count == 20)
                for head in refusals {
                    #expect(head.hasPrefix("HTTP/1.1 429 ") && head.contains("\r\nRetry-After: 1\r\n"))
                }
                for connection in held {
                    try await connection.send("GET /products?user_id=1 HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await connection.receiveResponse().head.hasPrefix("HTTP/1.1 200 "))
                }
            }
        }

        @Test func aProducerThatFailedForGoodEndsTheProcessWhichSaysSo() throws {
            try Environment.run { warelog in
                let partitions = try await warelog.database.query("select name, partitions from warelog.log_topics")
                    .rows
                let cluster = try MockCluster()
                for row in partitions {
                    cluster.makeTopic(try row.text("name"), partitions: Int32(try row.int("partitions")))
                }
                await warelog.processes.stop(.gateway)
                try await warelog.processes.start(
                    .gateway, awaiting: Self.serving,
                    with: [
                        "KAFKA_BROKERS": cluster.brokers, "KAFKA_EMBEDDED": "true", "VERDICT_WAIT_MILLISECONDS": "0",
                    ])
                #expect(try await warelog.send(.post, "/products", Self.document).status == .accepted)
                cluster.refuseNextRecordForGood()
                let refused = try await warelog.send(.post, "/products", Self.document)
                #expect(refused.status == .serviceUnavailable)
                #expect(refused.headers["Retry-After"] != nil)
                let exit = await warelog.processes.exit(of: .gateway)
                #expect(exit?.status == 1 && exit?.signal == 0)
                let errors = (warelog.processes.logs[.gateway] ?? []).split(separator: 0x0A).compactMap { line in
                    try? JSONDocument(parsing: Array(line)).root
                }.filter { $0["level"]?.string == "error" }
                #expect(errors.map { $0["message"]?.string } == ["stopped by an error"])
                #expect(errors.first?["error"]?.string?.contains("OUT_OF_ORDER_SEQUENCE_NUMBER") == true)
            }
        }

        /// Requests that no client library sends. None of them causes an error of the service.
        @Test func whatIsMalformedIsAClientsFault() throws {
            try Environment.run { warelog in
                for request in MalformedRequests.all {
                    let connection = try warelog.connect()
                    // A client that is cut off while it sends gets a reset, and perhaps no answer.
                    try? await connection.send(request)
                    connection.finishSending()
                    // Only the beginning of the answer is read, because some of them keep the connection open.
                    let answer = String(decoding: (try? await connection.receive()) ?? [], as: UTF8.self)
                    #expect(
                        answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 505 "),
                        "\(answer)")
                    #expect(
                        answer.isEmpty || answer.contains("Content-Type: application/problem+json\r\n"), "\(answer)")
                }
                #expect(try await warelog.send(.get, "/readyz").status == .ok)
                await warelog.processes.stop(.gateway)
                let log = String(decoding: warelog.processes.logs[.gateway] ?? [], as: UTF8.self)
                #expect(!log.contains(#""level":"error""#), "\(log)")
            }
        }
    }
}

extension Environment {
    /// Connects to the gateway for raw bytes.
    fileprivate func connect() throws -> RawConnection {
        try RawConnection.connect(on: loop, port: UInt16(processes.ports[.gateway] ?? 0))
    }
}
