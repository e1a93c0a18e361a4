import EventLoop
import HTTPClient
import HTTPMessages
import HTTPServer
import InternetAddress
import NetworkTesting
import Testing

/// Messages on the wire, one after another.
@Suite(.timeLimit(.minutes(20)))
struct MessageTests {
    private static let echo: HTTPServer.Handler = { request in
        do {
            let body = try await request.body.collect(upTo: .max)
            let text =
                "\(request.method) \(request.path) \(request.query.map { "\($0.name)=\($0.value)" }) \(body.count)"
            return HTTPResponse(.ok, headers: ["X-Test": "yes"], body: .bytes(Array(text.utf8)))
        } catch {
            return .problem(.badRequest, "The body did not come.")
        }
    }

    @Test func aRequestReachesItsHandlerAndTheAnswerTheClient() throws {
        let response = try onLoop { loop in
            let client = try HTTPClient(loop: loop)
            defer { client.close() }
            return try await withServer(on: loop, handler: Self.echo) { server in
                try await client.send(
                    HTTPClientRequest(
                        .put, "http://127.0.0.1:\(server.port)/a/b?x=1&y=%20", headers: ["X-A": "1"], body: [1, 2, 3]))
            }
        }
        #expect(response.status == .ok)
        #expect(response.headers["x-test"] == "yes")
        #expect(String(decoding: response.body, as: UTF8.self) == #"PUT /a/b ["x=1", "y= "] 3"#)
        #expect(response.address == IPAddress("127.0.0.1"))
    }

    @Test func aConnectionServesOneRequestAfterTheOther() throws {
        let bodies = try onLoop { loop in
            try await withServer(on: loop, handler: Self.echo) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                var bodies: [String] = []
                for number in 0..<5 {
                    try await connection.send("GET /\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
                    bodies.append(try await connection.receiveResponse().body)
                }
                return bodies
            }
        }
        #expect(bodies == (0..<5).map { "GET /\($0) [] 0" })
    }

    /// A 304 says nothing about a length, and no answer may be taken for a media type other than its own.
    @Test func framingAndSniffingAreForbiddenWhereTheyMislead() throws {
        let heads = try onLoop { loop in
            try await withServer(
                on: loop,
                handler: { HTTPResponse($0.path == "/304" ? .notModified : .ok, headers: ["ETag": "\"1\""]) }
            ) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                var heads: [String] = []
                for path in ["/304", "/200", "/304", "/%"] {
                    try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                    heads.append(try await connection.receiveResponse().head)
                }
                return heads
            }
        }
        #expect(heads.map { $0.contains("Content-Length") } == [false, true, false, true])
        #expect(heads.allSatisfy { $0.contains("\r\nX-Content-Type-Options: nosniff\r\n") })
        #expect(heads.map { $0.prefix(12).suffix(3) } == ["304", "200", "304", "400"])
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let bodies = try onLoop { loop in
            try await withServer(on: loop, handler: Self.echo) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send(
                    "GET /0 HTTP/1.1\r\nHost: x\r\n\r\n"
                        + "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                        + "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
                )
                var bodies: [String] = []
                for _ in 0..<3 { bodies.append(try await connection.receiveResponse().body) }
                return bodies
            }
        }
        #expect(bodies == ["GET /0 [] 0", "POST /1 [] 3", "GET /2 [] 0"])
    }

    @Test func headIsAnsweredLikeGetWithoutTheBody() throws {
        let (head, after) = try onLoop { loop in
            try await withServer(on: loop, handler: Self.echo) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
                return (
                    try await connection.receiveResponse(isHead: true).head, try await connection.receiveResponse().body
                )
            }
        }
        #expect(head.contains("Content-Length: 14\r\n"))
        #expect(after == "GET /next [] 0")
    }

    @Test func aBodyInChunksIsPutTogether() throws {
        let body = try onLoop { loop in
            try await withServer(on: loop, handler: Self.echo) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send(
                    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                try await loop.sleep(for: .milliseconds(20))
                try await connection.send("a\r\n0123456789\r\n0\r\n\r\n")
                return try await connection.receiveResponse().body
            }
        }
        #expect(body == "POST / [] 13")
    }

    @Test(arguments: [false, true])
    func aLongBodyIsStreamedWithBackpressure(isChunked: Bool) throws {
        let total = 8 * 1024 * 1024
        let (sentEarly, body) = try onLoop { loop in
            let gate = AsyncStream<Void>.makeStream()
            let handler: HTTPServer.Handler = { request in
                for await _ in gate.stream {}  // the handler is slow to begin
                var count = 0
                do {
                    for try await chunk in request.body {
                        #expect(chunk.count <= 128 * 1024)
                        count += chunk.count
                    }
                } catch {
                    Issue.record(error)
                }
                return HTTPResponse(.ok, body: .bytes(Array("\(count)".utf8)))
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(total)"
                try await connection.send("POST / HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n")
                let sent = Box(0)
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask(executorPreference: loop) {
                        let piece = [UInt8](repeating: 7, count: 64 * 1024)
                        for _ in 0..<(total / piece.count) {
                            if isChunked { try await connection.send("10000\r\n") }
                            try await connection.send(piece)
                            if isChunked { try await connection.send("\r\n") }
                            sent.value += piece.count
                        }
                        if isChunked { try await connection.send("0\r\n\r\n") }
                    }
                    // There is enough time for everything, if the server took it; it takes as much as the kernel's
                    // buffers hold.
                    try await loop.sleep(for: .milliseconds(300))
                    let early = sent.value
                    gate.continuation.finish()
                    let body = try await connection.receiveResponse().body
                    try await group.waitForAll()
                    return (early, body)
                }
            }
        }
        #expect(sentEarly < total)
        #expect(body == "\(total)")
    }

    @Test func aClientThatWaitsForContinueIsToldToGoOn() throws {
        let (interim, body) = try onLoop { loop in
            try await withServer(on: loop, handler: Self.echo) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send(
                    "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n")
                let interim = try await connection.receive(until: "\r\n\r\n")
                try await connection.send([UInt8](repeating: 1, count: 100_000))
                return (interim, try await connection.receiveResponse().body)
            }
        }
        #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(body == "PUT / [] 100000")
    }

    @Test func aHandlerThatRefusesABodyIsHeardBeforeItIsSent() throws {
        let text = try onLoop { loop in
            try await withServer(on: loop, handler: { _ in HTTPResponse(.unsupportedMediaType) }) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send(
                    "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n")
                return try await connection.receiveAll()
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 415 "))
        #expect(text.contains("Connection: close\r\n"))
    }

    @Test(arguments: ["Content-Length: 4000000", "Transfer-Encoding: chunked"])
    func aHandlerThatAnswersInTheMiddleOfABodyIsHeard(framing: String) throws {
        let text = try onLoop { loop in
            let handler: HTTPServer.Handler = { request in
                var iterator = request.body.makeAsyncIterator()
                _ = try? await iterator.next()
                return HTTPResponse(.unprocessableContent, body: .bytes(Array("no".utf8)))
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n")
                // A client that reads nothing before it has sent everything.
                let piece = "10000\r\n" + String(repeating: "x", count: 65536) + "\r\n"
                for _ in 0..<30 { try await connection.send(piece) }
                return try await connection.receiveAll()
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 422 "))
        #expect(text.hasSuffix("\r\n\r\nno"))
    }

    @Test func repeatedFieldsArriveInOrderAndLeaveInOrder() throws {
        let text = try onLoop { loop in
            let handler: HTTPServer.Handler = { request in
                var response = HTTPResponse(.noContent)
                for value in request.headers.values("x-a") { response.headers.add("X-B", value) }
                return response
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n")
                return try await connection.receiveAll()
            }
        }
        #expect(text.contains("X-B: 1\r\nX-B: 2\r\n"))
        #expect(text.contains("Connection: close\r\n"))
        #expect(!text.contains("Content-Length"))
    }

    @Test func aFieldThatWouldSplitTheResponseIsNotSent() throws {
        let text = try onLoop { loop in
            let handler: HTTPServer.Handler = { _ in HTTPResponse(.ok, headers: ["X": "a\r\nInjected: yes"]) }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return try await connection.receiveAll()
            }
        }
        #expect(!text.contains("Injected"))
    }

    @Test func anIPv6ServerSpeaksIPv4Too() throws {
        let addresses = try onLoop { loop in
            let client = try HTTPClient(loop: loop)
            defer { client.close() }
            let configuration = HTTPServerConfiguration(bindAddress: .v6(0))
            let handler: HTTPServer.Handler = {
                HTTPResponse(.ok, body: .bytes(Array($0.remoteAddress.description.utf8)))
            }
            return try await withServer(on: loop, configuration, handler: handler) { server in
                var bodies: [String] = []
                for host in ["127.0.0.1", "[::1]"] {
                    let response = try await client.send(HTTPClientRequest(.get, "http://\(host):\(server.port)/"))
                    bodies.append(String(decoding: response.body, as: UTF8.self))
                }
                return bodies
            }
        }
        #expect(addresses == ["127.0.0.1", "::1"])
    }
}
