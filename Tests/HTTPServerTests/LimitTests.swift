import EventLoop
import HTTPMessages
import HTTPServer
import NetworkTesting
import Testing

/// The limits that protect a server from its clients.
@Suite(.timeLimit(.minutes(20)))
struct LimitTests {
    private static let ok: HTTPServer.Handler = { request in
        _ = try? await request.body.collect(upTo: .max)
        return HTTPResponse(.ok, body: .bytes(Array("handled".utf8)))
    }

    /// Answers 413 when it is told that the body is too large.
    private static let reader: HTTPServer.Handler = { request in
        do {
            _ = try await request.body.collect(upTo: .max)
            return HTTPResponse(.ok)
        } catch {
            return .problem(.contentTooLarge, "The handler was told.")
        }
    }

    /// A chunk of 16 KiB.
    private static let chunk = "4000\r\n" + String(repeating: "x", count: 16384) + "\r\n"

    /// Returns the whole answer to these bytes, until the server closes.
    private func answer(
        to request: String, _ configuration: HTTPServerConfiguration = HTTPServerConfiguration()
    ) throws -> String {
        try onLoop { loop in
            try await withServer(on: loop, configuration, handler: Self.ok) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send(request)
                return try await connection.receiveAll()
            }
        }
    }

    @Test(arguments: [
        ("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "a malformed percent-encoding"),
        ("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "an encoded NUL"),
        ("GET /?q=%ff HTTP/1.1\r\nHost: x\r\n\r\n", "a query that is not UTF-8"),
        ("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", "a NUL in the request line"),
        ("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", "a NUL in a field"),
        ("GET / HTTP/1.1\r\n\r\n", "no Host"),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "two Hosts"),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "a length and chunks"
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            "chunks and a length"
        ),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "two lengths"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\ncontent-length: 4\r\n\r\nabc", "two different lengths"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc", "a negative length"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", "a list of lengths"),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "two encodings"
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "an encoding that is not known"
        ),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "a chunk without a size"),
        ("GET / HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n", "a folded field"),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", "a space before the colon"),
        ("GET / HTTP/1.1\nHost: x\n\n", "bare line feeds"),
        ("GARBAGE\r\n\r\n", "no request line"),
        ("GET / HTTP/9.9\r\nHost: x\r\n\r\n", "an unknown version"),
    ])
    func aMalformedRequestIsRefusedAndTheConnectionClosed(_ row: (request: String, what: String)) throws {
        let text = try answer(to: row.request)
        #expect(!text.contains("handled"))
        #expect(
            text.isEmpty || text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.1 505 "), "\(row.what): \(text)")
        #expect(text.components(of: "Content-Length:") <= 1)
        // libmicrohttpd's own pages are HTML.
        #expect(text.isEmpty || text.contains("Content-Type: application/problem+json\r\n"))
    }

    @Test func aDeclaredLengthPastTheLimitIsRefusedBeforeTheBody() throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumBodyBytes = 1000
        let text = try answer(to: "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", configuration)
        #expect(text.hasPrefix("HTTP/1.1 413 "))
        #expect(text.contains("application/problem+json"))
        let fits = try answer(
            to: "PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n"
                + String(repeating: "x", count: 1000),
            configuration)
        #expect(fits.hasSuffix("handled"))
    }

    @Test(arguments: [1000, 200_000])
    func chunksPastTheLimitAreRefusedWhileTheyCome(limit: Int) throws {
        let (text, sent) = try onLoop { loop in
            var configuration = HTTPServerConfiguration()
            configuration.maximumBodyBytes = limit
            return try await withServer(on: loop, configuration, handler: Self.reader) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                var sent = 0
                do {
                    while sent < 64 * 1024 * 1024 {
                        try await connection.send(Self.chunk)
                        sent += 16384
                    }
                } catch {}  // the server has had enough
                return (try? await connection.receiveAll(), sent)
            }
        }
        #expect(sent < 32 * 1024 * 1024, "bounded work")
        // A client that goes on sending may lose the answer to a reset; a client that stops gets it (see below).
        if let text { #expect(text.hasPrefix("HTTP/1.1 413 ")) }
    }

    @Test func aRefusalReachesAClientThatSendsItsBodyNevertheless() throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumBodyBytes = 1000
        let text = try onLoop { [configuration] loop in
            try await withServer(on: loop, configuration, handler: Self.ok) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n")
                for _ in 0..<3 {
                    try await loop.sleep(for: .milliseconds(20))
                    try await connection.send([UInt8](repeating: 1, count: 100_000))
                }
                try await loop.sleep(for: .milliseconds(20))
                return try await connection.receiveAll()
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 413 "))
    }

    @Test(arguments: [1000, 200_000])
    func aClientThatStopsInTimeReadsThatItsChunksWereTooMany(limit: Int) throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumBodyBytes = limit
        let text = try onLoop { [configuration] loop in
            return try await withServer(on: loop, configuration, handler: Self.reader) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<20 { try await connection.send(Self.chunk) }
                return try await connection.receiveAll()
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 413 "))
        // A body that is collected before the handler starts never reaches it.
        #expect(text.contains("The handler was told.") == (limit > configuration.eagerBodyBytes))
    }

    @Test func aHeadPastTheLimitIsRefused() throws {
        for size in [20_000, 100_000] {
            let text = try answer(
                to: "GET / HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: size) + "\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 431 "), "\(size)")
        }
        let text = try answer(to: "GET /" + String(repeating: "x", count: 100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 414 "))
    }

    @Test func aClientThatSendsItsHeadTooSlowlyIsCutOff() throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = .seconds(1)
        let text: String = try onLoop { [configuration] loop in
            try await withServer(on: loop, configuration, handler: Self.ok) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                return try await withThrowingTaskGroup(of: String.self) { group in
                    group.addTask(executorPreference: loop) {
                        try await connection.send("GET / HTTP/1.1\r\n")
                        while true {  // a byte now and then
                            try await loop.sleep(for: .milliseconds(100))
                            try await connection.send("X")
                        }
                    }
                    group.addTask(executorPreference: loop) { try await connection.receiveAll() }
                    defer { group.cancelAll() }
                    return try await group.next() ?? ""
                }
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 408 ") && text.contains("application/problem+json"))
    }

    @Test func aClientThatSendsItsBodyTooSlowlyGets408AndItsHandlerAnError() throws {
        var configuration = HTTPServerConfiguration()
        configuration.transferTimeout = .seconds(1)
        let (text, error) = try onLoop { [configuration] loop in
            let told = Box<HTTPBodyError?>(nil)
            let handler: HTTPServer.Handler = { request in
                do throws(HTTPBodyError) {
                    _ = try await request.body.collect(upTo: .max)
                } catch {
                    told.value = error
                }
                return HTTPResponse(.ok)
            }
            let text = try await withServer(on: loop, configuration, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc")
                return try await connection.receiveAll()
            }
            return (text, told.value)
        }
        #expect(text.hasPrefix("HTTP/1.1 408 ") && text.contains("application/problem+json"))
        #expect(error == .connectionLost)
    }

    /// No client waits for an answer to a request that has not begun.
    @Test func anIdleConnectionIsClosedWithoutAResponse() throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = .seconds(1)
        #expect(try answer(to: "", configuration) == "")
    }

    @Test(arguments: [("Content-Length: 50", ""), ("Transfer-Encoding: chunked", "1\r\n{\r\n")])
    func aBodyThatTricklesBeforeItsHandlerIsCalledIsCutOffToo(_ row: (framing: String, beginning: String)) throws {
        var configuration = HTTPServerConfiguration()
        configuration.transferTimeout = .seconds(1)
        let text = try answer(to: "PUT / HTTP/1.1\r\nHost: x\r\n\(row.framing)\r\n\r\n\(row.beginning)", configuration)
        #expect(text.hasPrefix("HTTP/1.1 408 ") && text.contains("Connection: close"))
    }

    /// The gateway sheds load in this way: nothing is collected ahead, so the handler can refuse before any of the body
    /// is read.
    @Test(arguments: ["", "Expect: 100-continue\r\n"])
    func aHandlerThatRefusesAtTheHeadIsHeardBeforeTheBodyIsSent(_ expectation: String) throws {
        var configuration = HTTPServerConfiguration()
        configuration.eagerBodyBytes = 0
        let text = try onLoop { [configuration] loop in
            let refuse: HTTPServer.Handler = { _ in HTTPResponse(.serviceUnavailable, headers: ["Retry-After": "1"]) }
            return try await withServer(on: loop, configuration, handler: refuse) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\n\(expectation)Content-Length: 5\r\n\r\n")
                return try await connection.receiveAll()
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("Retry-After: 1\r\n"))
    }
}

extension String {
    func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
