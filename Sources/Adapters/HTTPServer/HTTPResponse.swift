import HTTPMessages

/// An answer. `Content-Length`, `Transfer-Encoding` and `Date` are the server's to set; given here they are dropped.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Sent in chunks as they are made, for as long as the client stays.
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

    /// A problem document (RFC 9457) of the general type.
    package static func problem(_ status: HTTPStatus, _ detail: String) -> HTTPResponse {
        // `detail` is a constant of this module without anything that JSON would escape.
        HTTPResponse(
            status, headers: ["Content-Type": "application/problem+json"],
            body: .bytes(Array(#"{"type":"about:blank","status":\#(status.code),"detail":"\#(detail)"}"#.utf8)))
    }
}

/// A body that is made while it is sent.
package struct HTTPResponseStream: Sendable {
    let produce: @Sendable (HTTPResponseWriter) async throws -> Void

    /// The body ends when `produce` returns; when it throws, the connection is cut, so that the client can tell.
    /// It is cancelled when the client goes.
    package init(_ produce: @escaping @Sendable (HTTPResponseWriter) async throws -> Void) { self.produce = produce }

    /// Each element of the sequence is sent as soon as it comes.
    package init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks) where Chunks.Element == [UInt8] {
        self.init { writer in
            for try await chunk in chunks { try await writer.write(chunk) }
        }
    }
}

/// Where a streamed body goes.
package struct HTTPResponseWriter: Sendable {
    let exchange: Exchange

    /// Hands over a piece. Returns at once while little is waiting to be sent, else when the client has read enough;
    /// throws `CancellationError` when the client has gone.
    package func write(_ bytes: [UInt8]) async throws { try await exchange.write(bytes) }
}
