import EventLoop
import HTTPClient
import HTTPMessages
import NetworkTesting
import Testing

@testable import HTTPServer

/// The lifetimes of connections, handlers, streams and servers.
@Suite(.timeLimit(.minutes(20)))
struct LifetimeTests {
    /// The outcome of a handler that works for `time` and whose client leaves meanwhile.
    private func fate(ofWorkFor time: Duration, _ leave: @escaping @Sendable (RawConnection) -> Void) throws -> String?
    {
        try onLoop { loop in
            let (ends, ended) = AsyncStream<String>.makeStream()
            let handler: HTTPServer.Handler = { request in
                do {
                    ended.yield("began")
                    try await loop.sleep(for: time)
                    ended.yield(request.isAbandoned ? "finished, abandoned" : "finished")
                } catch {
                    ended.yield(request.isAbandoned ? "cancelled, abandoned" : "cancelled")
                }
                return HTTPResponse(.ok)
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                var iterator = ends.makeAsyncIterator()
                _ = await iterator.next()
                leave(connection)
                return await iterator.next()
            }
        }
    }

    @Test func aHandlerWhoseClientResetsTheConnectionIsCancelledAndKnowsWhy() throws {
        #expect(try fate(ofWorkFor: .seconds(3600)) { $0.reset() } == "cancelled, abandoned")
    }

    /// The client may be reading: until the server writes to it, a client that is gone looks like one that has sent
    /// everything.
    @Test func aHandlerWhoseClientOnlyClosesItsSideFinishes() throws {
        #expect(try fate(ofWorkFor: .milliseconds(100)) { $0.close() } == "finished")
    }

    @Test func aHandlerThatReadsABodyIsToldWhenItsClientGoes() throws {
        let outcome = try onLoop { loop in
            let (ends, ended) = AsyncStream<HTTPBodyError?>.makeStream()
            let handler: HTTPServer.Handler = { request in
                do throws(HTTPBodyError) {
                    _ = try await request.body.collect(upTo: .max)
                    ended.yield(nil)
                } catch {
                    ended.yield(error)
                }
                return HTTPResponse(.ok)
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
                try await loop.sleep(for: .milliseconds(20))
                connection.close()
                var iterator = ends.makeAsyncIterator()
                return await iterator.next() ?? nil
            }
        }
        #expect(outcome == .connectionLost)
    }

    private enum Framing: String, CaseIterable { case short = "60000", long = "1000000", chunks }

    /// The last bytes and the end of the stream may arrive together; the connection must not be kept until its idle
    /// timeout.
    @Test(arguments: Framing.allCases, [0, 3, 20_000, 50_000, 300_000])
    private func aClientThatGoesWithItsLastBytesIsNotWaitedFor(_ framing: Framing, _ count: Int) throws {
        let head =
            framing == .chunks
            ? "Transfer-Encoding: chunked\r\n\r\nfffff\r\n" : "Content-Length: \(framing.rawValue)\r\n\r\n"
        guard count < Int(framing.rawValue) ?? .max else { return }
        for waits in [false, true] {
            let isOver = try onLoop { loop in
                let (reads, read) = AsyncStream<Bool>.makeStream()
                let handler: HTTPServer.Handler = { request in
                    do throws(HTTPBodyError) {
                        for try await _ in request.body { read.yield(false) }
                    } catch {
                        read.yield(true)
                    }
                    return HTTPResponse(.ok)
                }
                var configuration = HTTPServerConfiguration()
                configuration.idleTimeout = .seconds(600)
                configuration.transferTimeout = .seconds(600)
                return try await withServer(on: loop, configuration, handler: handler) { server in
                    // Only a test that hangs reaches this.
                    try await loop.withDeadline(.seconds(30)) {
                        let connection = try RawConnection.connect(on: loop, port: server.port)
                        try await connection.send("PUT / HTTP/1.1\r\nHost: x\r\n\(head)")
                        if waits, framing == .long {
                            try await connection.send("x")
                            for await _ in reads { break }
                        }
                        try await connection.send([UInt8](repeating: 0, count: count))
                        connection.close()
                        // A body that is collected before the handler starts belongs to the server.
                        if framing == .short || (framing == .chunks && count < 64 * 1024) {
                            while server.nextConnectionID == 0 || !server.connections.isEmpty {
                                try await loop.sleep(for: .milliseconds(1))
                            }
                            return true
                        }
                        for await isOver in reads where isOver { return true }
                        return false
                    }
                }
            }
            #expect(isOver)
        }
    }

    @Test func stoppingLetsARequestInHandFinishAndTakesNoMore() throws {
        let (head, body, idle, late) = try onLoop { loop in
            let gate = AsyncStream<Void>.makeStream()
            let handler: HTTPServer.Handler = { _ in
                for await _ in gate.stream {}
                return HTTPResponse(.ok, body: .bytes(Array("finished".utf8)))
            }
            return try await withServer(on: loop, handler: handler) { server in
                let idle = try RawConnection.connect(on: loop, port: server.port)
                let busy = try RawConnection.connect(on: loop, port: server.port)
                try await busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await loop.sleep(for: .milliseconds(20))
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask(executorPreference: loop) { await server.stop(drain: .seconds(30)) }
                    let idleEnd = try await idle.receiveAll()
                    let late = try? RawConnection.connect(on: loop, port: server.port)
                    gate.continuation.finish()
                    let response = try await busy.receiveResponse()
                    try await group.waitForAll()
                    return (response.head, response.body, idleEnd, late != nil)
                }
            }
        }
        #expect(body == "finished")
        #expect(head.contains("Connection: close\r\n"))
        #expect(idle == "")
        #expect(!late)
    }

    @Test func aDrainThatTakesTooLongCancelsTheHandlers() throws {
        let (outcome, text) = try onLoop { loop in
            let outcome = Box("")
            let handler: HTTPServer.Handler = { _ in
                do {
                    try await loop.sleep(for: .seconds(3600))
                } catch {
                    outcome.value = "cancelled"
                }
                return HTTPResponse(.serviceUnavailable)
            }
            let text = try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await loop.sleep(for: .milliseconds(20))
                await server.stop(drain: .milliseconds(20))
                return try await connection.receiveAll()
            }
            return (outcome.value, text)
        }
        #expect(outcome == "cancelled")
        #expect(text.hasPrefix("HTTP/1.1 503 "))
    }

    @Test func aCancelledServerEnds() throws {
        try onLoop { loop in
            let server = try HTTPServer(configuration: HTTPServerConfiguration(), loop: loop) { _ in
                try? await loop.sleep(for: .seconds(3600))  // ends by cancellation
                return HTTPResponse(.ok)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) { try await server.run() }
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await loop.sleep(for: .milliseconds(20))
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func aServerThatIsStoppedBeforeItRunsEndsAtOnce() throws {
        try onLoop { loop in
            let server = try HTTPServer(configuration: HTTPServerConfiguration(), loop: loop) { _ in HTTPResponse(.ok) }
            await server.stop(drain: .seconds(30))
            try await server.run()
            #expect(throws: RawConnectionError.self) { try RawConnection.connect(on: loop, port: server.port) }
        }
    }

    @Test func twoLoopsServeOnePort() throws {
        let other = try EventLoopThread()
        defer { other.shutdown() }
        let counts = try onLoop { loop in
            let first = try HTTPServer(configuration: HTTPServerConfiguration(), loop: loop) { _ in
                HTTPResponse(.ok, body: .bytes(Array("1".utf8)))
            }
            let second = try HTTPServer(configuration: HTTPServerConfiguration(port: first.port), loop: other.loop) {
                _ in
                HTTPResponse(.ok, body: .bytes(Array("2".utf8)))
            }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) { try await first.run() }
                group.addTask(executorPreference: other.loop) { try await second.run() }
                var counts: [String: Int] = [:]
                for _ in 0..<64 {
                    let connection = try RawConnection.connect(on: loop, port: first.port)
                    try await connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    counts[try await connection.receiveResponse().body, default: 0] += 1
                }
                await first.stop(drain: .zero)
                await second.stop(drain: .zero)
                try await group.waitForAll()
                return counts
            }
        }
        #expect(counts["1", default: 0] > 0 && counts["2", default: 0] > 0)
        #expect(counts.values.reduce(0, +) == 64)
    }

    @Test func aThousandConnectionsAreServedAtATime() throws {
        let answered = try onLoop { loop in
            let handler: HTTPServer.Handler = { _ in
                try? await loop.sleep(for: .milliseconds(50))
                return HTTPResponse(.ok, body: .bytes(Array("ok".utf8)))
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connections = try await withThrowingTaskGroup(of: Void.self) { group in
                    var connections: [RawConnection] = []
                    for number in 0..<1000 {
                        connections.append(try RawConnection.connect(on: loop, port: server.port))
                        // The backlog is shorter than this number, so the server has to accept in between.
                        if number.isMultiple(of: 100) { try await loop.sleep(for: .milliseconds(5)) }
                    }
                    return connections
                }
                return try await withThrowingTaskGroup(of: Bool.self) { group in
                    for connection in connections {
                        group.addTask(executorPreference: loop) {
                            for _ in 0..<2 {
                                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                                guard try await connection.receiveResponse().body == "ok" else { return false }
                            }
                            return true
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
            }
        }
        #expect(answered == 1000)
    }
}
