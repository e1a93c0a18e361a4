import EventLoop
import HTTPClient
import HTTPMessages
import NetworkTesting
import Testing

@testable import HTTPServer

/// Responses that a handler produces piece by piece, and how they end.
@Suite(.timeLimit(.minutes(20)))
struct StreamTests {
    @Test func aStreamedResponseArrivesPieceByPieceAndEnds() throws {
        let (first, rest) = try onLoop { loop in
            let (pieces, piece) = AsyncStream<[UInt8]>.makeStream()
            let handler: HTTPServer.Handler = { _ in
                HTTPResponse(
                    .ok, headers: ["Content-Type": "text/event-stream"], body: .stream(HTTPResponseStream(pieces)))
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                piece.yield(Array("one".utf8))
                let first = try await connection.receive(until: "one\r\n")
                piece.yield(Array("two".utf8))
                _ = try await connection.receive(until: "two\r\n")
                piece.finish()
                let rest = try await connection.receive(until: "0\r\n\r\n")
                try await connection.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")  // the connection is still good
                _ = try await connection.receiveResponse(isHead: true)
                return (first, rest)
            }
        }
        #expect(first.contains("Transfer-Encoding: chunked\r\n"))
        #expect(first.hasSuffix("3\r\none\r\n"))
        #expect(rest == "0\r\n\r\n")
    }

    @Test func aProducerIsSlowedDownByItsClientAndCancelledWhenItGoes() throws {
        let written = Box(0)
        let end = try endOfProducer { writer, _ in
            while true {
                try await writer.write([UInt8](repeating: 7, count: 16 * 1024))
                written.value += 16 * 1024
            }
        } client: { connection, loop in
            try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try await loop.sleep(for: .milliseconds(200))
            #expect(written.value < 16 * 1024 * 1024)
            connection.close()
        }
        #expect(end == "CancellationError")
    }

    @Test func aProducerThatWaitsIsCancelledWhenItsClientResetsTheConnection() throws {
        let end = try endOfProducer { writer, loop in
            try await writer.write(Array("hello".utf8))
            try await loop.sleep(for: .seconds(3600))
        } client: { connection, _ in
            try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await connection.receive(until: "hello")
            connection.reset()
        }
        #expect(end == "CancellationError")
    }

    @Test func aHeadRequestForAStreamIsAnsweredAndItsProducerCancelled() throws {
        let end = try endOfProducer { _, loop in
            try await loop.sleep(for: .seconds(3600))
        } client: { connection, _ in
            try await connection.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await connection.receiveResponse(isHead: true)
        }
        #expect(end == "CancellationError")
    }

    @Test func aProducerThatFailsCutsTheConnection() throws {
        let text = try onLoop { loop in
            let handler = streaming { writer in
                try await writer.write(Array("hello".utf8))
                throw DeadlineExceeded()
            }
            return try await withServer(on: loop, handler: handler) { server in
                let connection = try RawConnection.connect(on: loop, port: server.port)
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return try await connection.receiveAll()
            }
        }
        #expect(text.contains("hello"))
        #expect(!text.hasSuffix("0\r\n\r\n"))
    }

    /// Serves a stream of `producer`, runs `client` on a connection to it, and returns the type of the error that then
    /// ends the producer.
    private func endOfProducer(
        _ producer: @escaping @Sendable (HTTPResponseWriter, EventLoop) async throws -> Void,
        client: @escaping @Sendable (RawConnection, EventLoop) async throws -> Void
    ) throws -> String? {
        try onLoop { loop in
            let (ends, ended) = AsyncStream<String>.makeStream()
            let handler = streaming { writer in
                do {
                    try await producer(writer, loop)
                } catch {
                    ended.yield("\(type(of: error))")
                    throw error
                }
            }
            return try await withServer(on: loop, handler: handler) { server in
                try await client(try RawConnection.connect(on: loop, port: server.port), loop)
                var iterator = ends.makeAsyncIterator()
                return await iterator.next()
            }
        }
    }
}

/// A handler that answers every request with a stream of `producer`.
func streaming(_ producer: @escaping @Sendable (HTTPResponseWriter) async throws -> Void) -> HTTPServer.Handler {
    { _ in HTTPResponse(.ok, body: .stream(HTTPResponseStream(producer))) }
}
