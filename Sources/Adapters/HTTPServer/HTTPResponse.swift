package import HTTPMessages

/// A response. The server sets `Content-Length`, `Transfer-Encoding` and `Date`, and drops them if they are given here.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// A body that is sent in chunks while it is made, as long as the client stays.
        case stream(HTTPResponseStream)
    }

    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: Body

    package init(_ status: HTTPStatus, headers: HTTPHeaders = [:], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a problem document (RFC 9457) of the general type.
    package static func problem(_ status: HTTPStatus, _ detail: String) -> HTTPResponse {
        // `detail` is a constant of this module and has nothing that JSON would escape.
        HTTPResponse(
            status, headers: ["Content-Type": "application/problem+json"],
            body: .bytes(Array(#"{"type":"about:blank","status":\#(status.code),"detail":"\#(detail)"}"#.utf8)))
    }
}

/// A response's body that is made while it is sent.
package struct HTTPResponseStream: Sendable {
    let produce: @Sendable (HTTPResponseWriter) async throws -> Void

    /// The body ends when `produce` returns. If `produce` throws, the connection is cut, so that the client notices. It
    /// is cancelled when the client has gone, which the server notices by a reset or by a write that fails.
    package init(_ produce: @escaping @Sendable (HTTPResponseWriter) async throws -> Void) { self.produce = produce }

    /// Sends each element of the sequence as soon as it comes.
    package init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks) where Chunks.Element == [UInt8] {
        self.init { writer in
            for try await chunk in chunks { try await writer.write(chunk) }
        }
    }
}

/// The writer of a streamed body.
package struct HTTPResponseWriter: Sendable {
    let exchange: Exchange

    /// Sends a piece. Suspends while too much waits to be sent. Throws `CancellationError` when the client has gone.
    package func write(_ bytes: [UInt8]) async throws { try await exchange.write(bytes) }
}
