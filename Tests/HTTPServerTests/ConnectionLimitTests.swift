import EventLoop
import HTTPMessages
import HTTPServer
import NetworkTesting
import Testing

/// Connections beyond the budget are answered and closed, and the other connections are not affected.
@Suite(.timeLimit(.minutes(20)))
struct ConnectionLimitTests {
    private static let ok: HTTPServer.Handler = { _ in HTTPResponse(.ok, body: .bytes(Array("handled".utf8))) }

    @Test func serversThatShareABudgetShareItsConnections() throws {
        var configuration = HTTPServerConfiguration()
        configuration.connections = ConnectionBudget(maximum: 3)
        let (answers, later) = try onLoop { [configuration] loop in
            try await withServer(on: loop, configuration, handler: Self.ok) { first in
                try await withServer(on: loop, configuration, handler: Self.ok) { second in
                    var open: [RawConnection] = []
                    var answers: [String] = []
                    for server in [first, second, first, second, first] {
                        open.append(try RawConnection.connect(on: loop, port: server.port))
                        try await open[open.count - 1].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                        answers.append(String(try await open[open.count - 1].receiveResponse().head.prefix(12)))
                    }
                    // A connection that ends makes room for another. The server closes it, so the server knows this
                    // before the client.
                    try await open[0].send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    _ = try await open[0].receiveAll()
                    let another = try RawConnection.connect(on: loop, port: second.port)
                    try await another.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    return (answers, try await another.receiveResponse().head)
                }
            }
        }
        #expect(answers == ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 503", "HTTP/1.1 503"])
        #expect(later.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func connectionsBeyondTheLimitAreRefusedAndTheOthersGoOn() throws {
        var configuration = HTTPServerConfiguration()
        configuration.connections = ConnectionBudget(maximum: 3)
        let (refused, served) = try onLoop { [configuration] loop in
            try await withServer(on: loop, configuration, handler: Self.ok) { server in
                let connections = try (0..<3).map { _ in try RawConnection.connect(on: loop, port: server.port) }
                try await connections[0].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connections[0].receiveResponse()
                let another = try RawConnection.connect(on: loop, port: server.port)
                try await another.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                let refused = try await another.receiveAll()
                connections[1].close()
                try await connections[2].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return (refused, try await connections[2].receiveResponse().body)
            }
        }
        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(refused.contains("Retry-After: 1\r\n"))
        #expect(served == "handled")
    }

    @Test func connectionsOfOneAddressBeyondItsLimitAreRefused() throws {
        var configuration = HTTPServerConfiguration()
        configuration.connections = ConnectionBudget(maximum: 100, maximumPerClient: 2)
        let (refused, served) = try onLoop { [configuration] loop in
            try await withServer(on: loop, configuration, handler: Self.ok) { server in
                let connections = try (0..<2).map { _ in try RawConnection.connect(on: loop, port: server.port) }
                let refused = try await RawConnection.connect(on: loop, port: server.port).receiveAll()
                connections[0].close()
                try await loop.sleep(for: .milliseconds(50))
                let next = try RawConnection.connect(on: loop, port: server.port)
                try await next.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return (refused, try await next.receiveResponse().body)
            }
        }
        #expect(refused.hasPrefix("HTTP/1.1 429 "))
        #expect(served == "handled")
    }
}
