import Base
import EventLoop
import HTTPClient
import HTTPMessages
import HTTPServer
import InternetAddress
import NetworkTesting
import Testing

/// Runs `body` with a client of its own.
func withClient<Value: Sendable>(
    _ configuration: HTTPClientConfiguration = HTTPClientConfiguration(),
    _ body: @escaping @Sendable (EventLoop, HTTPClient) async throws -> Value
) throws -> Value {
    try onLoop { loop in
        let client = try HTTPClient(loop: loop, configuration: configuration)
        defer { client.close() }
        return try await body(loop, client)
    }
}

/// The result of one request to a server that does what `script` says with each connection.
func result(
    of change: @escaping @Sendable (inout HTTPClientRequest) -> Void = { _ in },
    _ script: @escaping @Sendable (RawConnection, Int) async throws -> Void
) throws -> Result<HTTPClientResponse, HTTPClientError> {
    try withClient { loop, client in
        let server = try RawServer(on: loop)
        return try await server.serving(script, on: loop) {
            var request = HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/")
            request.totalTimeout = .seconds(10)
            change(&request)
            do throws(HTTPClientError) {
                return .success(try await client.send(request))
            } catch {
                return .failure(error)
            }
        }
    }
}

func error<Value>(_ result: Result<Value, HTTPClientError>) -> HTTPClientError? {
    if case .failure(let error) = result { error } else { nil }
}

@Suite(.timeLimit(.minutes(20)))
struct HTTPClientTests {
    @Test(arguments: [HTTPMethod.get, .head, .post, .put, .patch, .delete, .options, .other("PROPFIND")])
    func everyMethodArrivesAsItself(method: HTTPMethod) throws {
        let response = try withClient { loop, client in
            let handler: HTTPServer.Handler = { request in
                let body = (try? await request.body.collect(upTo: 100)) ?? []
                return HTTPResponse(
                    .ok,
                    headers: [
                        "X-Method": "\(request.method)",
                        "X-Body": "\(body.count) \(request.headers["Content-Type"] ?? "-")",
                    ])
            }
            return try await withServer(on: loop, handler: handler) { server in
                var request = HTTPClientRequest(method, "http://127.0.0.1:\(server.port)/")
                if method == .put || method == .patch { request.body = [1, 2, 3] }
                return try await client.send(request)
            }
        }
        #expect(response.headers["X-Method"] == "\(method)")
        let body =
            switch method {
            case .put, .patch: "3 application/octet-stream"
            case .post: "0 application/octet-stream"
            default: "0 -"
            }
        #expect(response.headers["X-Body"] == body)
    }

    @Test func whatIsAskedForIsSentAndNothingElse() throws {
        let (head, seen) = try withClient { loop, client in
            let server = try RawServer(on: loop)
            let head = Box("")
            let response = try await server.serving(
                { connection, _ in
                    head.value = try await connection.receive(until: "\r\n\r\n")
                    try await connection.send("HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nhi")
                }, on: loop
            ) {
                try await client.send(
                    HTTPClientRequest(
                        .get, "http://127.0.0.1:\(server.port)/a%20b?c=%2F#fragment",
                        headers: ["X-Test": "1", "X-Empty": ""]))
            }
            return (head.value, response)
        }
        #expect(head.hasPrefix("GET /a%20b?c=%2F HTTP/1.1\r\n"))
        let names = head.split(separator: "\r\n").dropFirst().map { $0.split(separator: ":")[0].lowercased() }
        #expect(names.sorted() == ["accept", "accept-encoding", "host", "user-agent", "x-empty", "x-test"])
        #expect(head.contains("Accept-Encoding: identity\r\n"))
        #expect(seen.headers.values("x-a") == ["1", "2"])
        #expect(String(decoding: seen.body, as: UTF8.self) == "hi")
    }

    @Test func aConnectionIsUsedAgain() throws {
        let connections = try withClient { loop, client in
            let server = try RawServer(on: loop)
            let connections = Box(0)
            try await server.serving(
                { connection, _ in
                    connections.value += 1
                    while true {
                        _ = try await connection.receive(until: "\r\n\r\n")
                        try await connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                    }
                }, on: loop
            ) {
                for _ in 0..<5 {
                    _ = try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/"))
                }
            }
            return connections.value
        }
        #expect(connections == 1)
    }

    @Test func manyRequestsToOneHostShareFewConnections() throws {
        var configuration = HTTPClientConfiguration()
        configuration.maximumConnectionsPerHost = 3
        let (answered, most) = try withClient(configuration) { loop, client in
            let (now, most) = (Box(0), Box(0))
            let handler: HTTPServer.Handler = { _ in
                now.value += 1
                most.value = max(most.value, now.value)
                try? await loop.sleep(for: .milliseconds(2))
                now.value -= 1
                return HTTPResponse(.ok)
            }
            return try await withServer(on: loop, handler: handler) { server in
                let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<100 {
                        group.addTask(executorPreference: loop) {
                            try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/")).status
                                .code
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
                }
                return (answered, most.value)
            }
        }
        #expect(answered == 100)
        #expect(most == 3)
    }

    @Test func aRedirectIsAnAnswerWithAnAbsoluteLocation() throws {
        let response = try result { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 302 Found\r\nLocation: ../x?y=1\r\nContent-Length: 0\r\n\r\n")
        }.get()
        #expect(response.status == .found)
        #expect(response.redirectURL?.hasSuffix("/x?y=1") == true)
        #expect(response.redirectURL?.hasPrefix("http://127.0.0.1:") == true)
    }

    @Test func aLargeUploadArrivesWhole() throws {
        let body = [UInt8](repeating: 7, count: 5_000_000)
        let response = try withClient { loop, client in
            let handler: HTTPServer.Handler = { request in
                let body = (try? await request.body.collect(upTo: .max)) ?? []
                return HTTPResponse(.ok, body: .bytes(Array("\(body.count) \(body.allSatisfy { $0 == 7 })".utf8)))
            }
            return try await withServer(on: loop, handler: handler) { server in
                try await client.send(HTTPClientRequest(.put, "http://127.0.0.1:\(server.port)/", body: body))
            }
        }
        #expect(String(decoding: response.body, as: UTF8.self) == "5000000 true")
    }

    @Test(arguments: [
        ("", HTTPClientError.malformedURL), ("nonsense", .malformedURL), ("/path", .malformedURL),
        ("http://", .malformedURL),
        ("http://a b/", .malformedURL), ("http://x:99999/", .malformedURL), ("ftp://x/", .unsupportedScheme),
        ("file:///etc/passwd", .unsupportedScheme),
        ("gopher://x/", .unsupportedScheme), ("javascript:alert(1)", .unsupportedScheme),
        ("http://[fe80::1%25eth0]/", .malformedURL),
    ])
    func whatIsNoHTTPURLIsRefused(_ row: (url: String, error: HTTPClientError)) throws {
        let outcome = try result(of: { $0.url = row.url }) { _, _ in }
        let got = error(outcome)
        #expect(got == row.error || (row.error == .unsupportedScheme && got == .malformedURL))
    }

    @Test func aFieldWithALineBreakIsRefused() throws {
        let outcome = try result(of: { $0.headers["X"] = "a\r\nHost: evil" }) { _, _ in }
        #expect(error(outcome) != nil)
    }

    @Test(arguments: [
        ("120", 120), ("Thu, 01 Jan 1970 00:16:40 GMT", 400), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("soon", nil),
        ("-1", nil), ("", nil),
    ])
    func retryAfterIsSecondsOrADate(_ row: (text: String, seconds: Int?)) throws {
        let response = try result { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 503 Busy\r\nRetry-After: \(row.text)\r\nContent-Length: 0\r\n\r\n")
        }.get()
        #expect(response.retryAfter(now: 600) == row.seconds.map { .seconds($0) })
    }

    @Test func credentialsAreNeverShown() {
        let credentials = AWSCredentials(
            accessKey: Secret("AKIDEXAMPLE"), secretKey: Secret("hunter2"), region: "r", service: "s3")
        var request = HTTPClientRequest(.get, "http://x/")
        request.signing = credentials
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), "\(request)", dumped] {
            #expect(!text.contains("hunter2") && !text.contains("AKID"))
        }
    }
}
