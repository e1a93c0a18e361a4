import EventLoop
import HTTPClient
import HTTPMessages
import InternetAddress
import NetworkTesting
import Testing

/// The addresses to which a client connects.
@Suite(.timeLimit(.minutes(20)))
struct AddressPolicyTests {
    private static let answer: @Sendable (RawConnection, Int) async throws -> Void = { connection, _ in
        while true {
            _ = try await connection.receive(until: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
    }

    @Test func anAddressThatIsNotAllowedIsNotConnectedTo() throws {
        let connections = Box(0)
        let outcome = try result(of: { $0.allowAddress = { $0.isGloballyRoutable } }) { _, _ in connections.value += 1 }
        #expect(error(outcome) == .addressRefused(.v4(0x7f00_0001)))
        #expect(connections.value == 0)
        #expect(error(outcome)?.isRetriable == false)
    }

    @Test(arguments: [
        "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "LOCALHOST.",
        "0",
    ])
    func noSpellingOfTheLoopbackAddressGetsThrough(host: String) throws {
        let outcome = try result(
            of: { request in
                request.url = "http://\(host)" + request.url.dropFirst("http://127.0.0.1".count)
                request.allowAddress = { $0.isGloballyRoutable }
            }, Self.answer)
        switch error(outcome) {
        case .addressRefused?, .dns?: break
        case let other: Issue.record("\(host): \(String(describing: other))")
        }
    }

    @Test func aNameIsJudgedByTheAddressItLeadsTo() throws {
        let outcomes = try onLoop { loop in
            let server = try RawServer(on: loop)
            var configuration = HTTPClientConfiguration()
            configuration.fixedNames = [
                .init(host: "inside.example", port: server.port, addresses: [.v4(0x7f00_0001)]),
                // The first address is refused, the second is allowed: the connection goes to the second.
                .init(host: "both.example", port: server.port, addresses: [.v4(0x7f00_0002), .v4(0x7f00_0001)]),
            ]
            let client = try HTTPClient(loop: loop, configuration: configuration)
            defer { client.close() }
            return try await server.serving(Self.answer, on: loop) {
                var outcomes: [Result<IPAddress?, HTTPClientError>] = []
                for (host, allowed) in [
                    ("inside.example", UInt32(0x7f00_0002)), ("inside.example", 0x7f00_0001),
                    ("both.example", 0x7f00_0001),
                ] {
                    var request = HTTPClientRequest(.get, "http://\(host):\(server.port)/")
                    request.allowAddress = { $0 == .v4(allowed) }
                    do throws(HTTPClientError) {
                        outcomes.append(.success(try await client.send(request).address))
                    } catch {
                        outcomes.append(.failure(error))
                    }
                }
                return outcomes
            }
        }
        #expect(
            outcomes == [
                .failure(.addressRefused(.v4(0x7f00_0001))), .success(.v4(0x7f00_0001)), .success(.v4(0x7f00_0001)),
            ])
    }

    @Test func aKeptConnectionIsJudgedToo() throws {
        let outcome = try withClient { loop, client in
            let server = try RawServer(on: loop)
            return try await server.serving(Self.answer, on: loop) {
                var request = HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/")
                _ = try await client.send(request)
                request.allowAddress = { $0.isGloballyRoutable }
                do throws(HTTPClientError) {
                    _ = try await client.send(request)
                    return Optional<HTTPClientError>.none
                } catch {
                    return error
                }
            }
        }
        #expect(outcome == .addressRefused(.v4(0x7f00_0001)))
    }
}
