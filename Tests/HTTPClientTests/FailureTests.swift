import EventLoop
import HTTPClient
import HTTPMessages
import InternetAddress
import NetworkTesting
import Testing

/// Faulty and hostile servers.
@Suite(.timeLimit(.minutes(20)))
struct FailureTests {
    @Test func nobodyListening() throws {
        let outcome = try withClient { loop, client in
            let port = try RawServer(on: loop).port  // gone with the server
            do throws(HTTPClientError) {
                _ = try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:1/"))
                return Optional<HTTPClientError>.none
            } catch {
                return port > 0 ? error : nil
            }
        }
        #expect(outcome == .connectRefused)
        #expect(outcome?.isRetriable == true)
    }

    @Test func aNameThatDoesNotExist() throws {
        let outcome = try result(of: { $0.url = "http://no-such-host.invalid/" }) { _, _ in }
        #expect(error(outcome) == .dns)
    }

    @Test func anAnswerThatNeverComesRunsIntoTheTimeout() throws {
        let outcome = try result(of: { $0.totalTimeout = .milliseconds(100) }) { connection, _ in
            _ = try await connection.receiveAll()
        }
        #expect(error(outcome) == .timeout)
    }

    @Test func aBodyThatTricklesIsTooSlow() throws {
        let outcome = try result(of: { $0.lowSpeed = .init(bytesPerSecond: 1000, duration: .seconds(1)) }) {
            connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while true {
                try await connection.send("x")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(error(outcome) == .tooSlow)
    }

    @Test(arguments: ["Content-Length: 1000000000000\r\n", "Transfer-Encoding: chunked\r\n", ""])
    func anEndlessBodyIsCutOffAtTheLimit(framing: String) throws {
        let sent = Box(0)
        let outcome = try result(of: { $0.maximumResponseBytes = 100_000 }) { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n")
            let piece =
                (framing.hasPrefix("T") ? "4000\r\n" : "") + String(repeating: "x", count: 16384)
                + (framing.hasPrefix("T") ? "\r\n" : "")
            while true {
                try await connection.send(piece)
                sent.value += 16384
            }
        }
        #expect(error(outcome) == .bodyTooLarge(limit: 100_000))
        #expect(sent.value < 32 * 1024 * 1024)
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() throws {
        let response = try result(of: { $0.maximumResponseBytes = 5 }) { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n12345")
        }.get()
        #expect(response.body.count == 5)
    }

    @Test func aCompressedBodyCountsAsWhatItUnpacksTo() throws {
        // gzip of 1,000,000 zero bytes, made by `head -c 1000000 /dev/zero | gzip -9n`.
        let bomb = Gzip.million
        let script: @Sendable (RawConnection, Int) async throws -> Void = { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n")
            try await connection.send(bomb)
        }
        let refused = try result(of: { $0.maximumResponseBytes = 500_000 }, script)
        #expect(error(refused) == .bodyTooLarge(limit: 500_000))
        let taken = try result(of: { $0.maximumResponseBytes = 1_000_000 }, script).get()
        #expect(taken.body == [UInt8](repeating: 0, count: 1_000_000))
    }

    @Test func aConnectionThatClosesMidwayIsLost() throws {
        let outcome = try result { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        }
        #expect(error(outcome) == .connectionLost)
    }

    @Test func aConnectionThatClosesWithoutAnAnswerIsLost() throws {
        let outcome = try result { connection, _ in _ = try await connection.receive(until: "\r\n\r\n") }
        #expect(error(outcome) == .connectionLost)
        let reset = try result { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            connection.reset()
        }
        #expect(error(reset) == .connectionLost)
    }

    @Test func aShortDeclaredLengthEndsTheBodyThere() throws {
        let response = try result { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefHTTP/1.1 200 OK\r\n")
        }.get()
        #expect(String(decoding: response.body, as: UTF8.self) == "abc")
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    ])
    func whatIsNoHTTPIsMalformed(text: String) throws {
        let outcome = try result { connection, _ in
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send(text)
        }
        let got = error(outcome)
        #expect(got != nil && got?.isRetriable == false, "\(String(describing: got))")
    }

    @Test func aServerThatSpeaksNoTLSIsAnError() throws {
        let outcome = try result(of: { $0.url = "https" + $0.url.dropFirst(4) }) { connection, _ in
            _ = try await connection.receive()
            try await connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        #expect(error(outcome) == .tls)
    }

    @Test func aCancelledRequestEndsAtOnceAndClosesItsConnection() throws {
        let (outcome, ended) = try withClient { loop, client in
            let server = try RawServer(on: loop)
            let (ends, ended) = AsyncStream<Bool>.makeStream()
            return try await server.serving(
                { connection, _ in
                    _ = try await connection.receive(until: "\r\n\r\n")
                    ended.yield(true)
                    ended.yield(try await connection.receive().isEmpty)
                }, on: loop
            ) {
                try await withThrowingTaskGroup(of: HTTPClientError?.self) { group in
                    group.addTask(executorPreference: loop) {
                        do throws(HTTPClientError) {
                            _ = try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/"))
                            return nil
                        } catch {
                            return error
                        }
                    }
                    var iterator = ends.makeAsyncIterator()
                    _ = await iterator.next()
                    group.cancelAll()
                    let outcome = try await group.next() ?? nil
                    return (outcome, await iterator.next())
                }
            }
        }
        #expect(outcome == .cancelled)
        #expect(ended == true)
    }

    @Test func whatUndoesSomethingGoesOnWhenItsTaskIsCancelled() throws {
        let statuses = try withClient { loop, client in
            let server = try RawServer(on: loop)
            let (arrivals, arrived) = AsyncStream<Void>.makeStream()
            let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
            return try await server.serving(
                { connection, _ in
                    _ = try await connection.receive(until: "\r\n\r\n")
                    arrived.yield()
                    for await _ in cancellations { break }
                    try await connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                }, on: loop
            ) {
                var request = HTTPClientRequest(.delete, "http://127.0.0.1:\(server.port)/")
                request.survivesCancellation = true
                return try await withThrowingTaskGroup(of: HTTPStatus.self) { [request] group in
                    group.addTask(executorPreference: loop) { try await client.send(request).status }
                    for await _ in arrivals { break }
                    group.cancelAll()
                    // A request that begins in a cancelled task.
                    group.addTask(executorPreference: loop) { try await client.send(request).status }
                    cancelled.finish()
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
        }
        #expect(statuses == [.noContent, .noContent])
    }

    @Test func aClosedClientEndsWhatIsOnItsWayAndTakesNoMore() throws {
        let outcomes = try withClient { loop, client in
            let server = try RawServer(on: loop)
            let (arrivals, arrived) = AsyncStream<Void>.makeStream()
            return try await server.serving(
                { connection, _ in
                    arrived.yield()
                    _ = try await connection.receiveAll()
                }, on: loop
            ) {
                let send: @Sendable () async -> HTTPClientError? = {
                    do throws(HTTPClientError) {
                        _ = try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/"))
                        return nil
                    } catch {
                        return error
                    }
                }
                return await withTaskGroup(of: HTTPClientError?.self) { group in
                    group.addTask(executorPreference: loop) { await send() }
                    for await _ in arrivals { break }
                    client.close()
                    let first = await group.next() ?? nil
                    return [first, await send()]
                }
            }
        }
        #expect(outcomes == [.closed, .closed])
    }
}
