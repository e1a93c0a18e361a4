import InternetAddress

/// Why there is no answer. Nothing here holds a URL, a header or a credential.
package enum HTTPClientError: Error, Equatable {
    case malformedURL
    /// Neither http nor https.
    case unsupportedScheme
    /// The host's name could not be resolved.
    case dns
    case connectRefused
    /// Unreachable, or no socket to be had: the errno.
    case connectFailed(code: Int32)
    case connectTimeout
    /// The total time is over.
    case timeout
    /// Slower than asked for, for longer than asked for.
    case tooSlow
    /// The secured connection could not be made.
    case tls
    /// The other side's certificate is not to be trusted.
    case certificate
    /// `allowAddress` said no.
    case addressRefused(IPAddress)
    case bodyTooLarge(limit: Int)
    /// The connection ended before the answer did.
    case connectionLost
    /// The answer is not HTTP, or its encoding is broken.
    case malformedResponse
    /// The body has a `Content-Encoding` that does not exist, or that libcurl does not know.
    case unknownContentEncoding
    case cancelled
    /// The client has been closed.
    case closed
    /// Anything else: libcurl's code and text for it.
    case other(code: Int, text: String)
}

extension HTTPClientError: CustomStringConvertible {
    /// Whether the same request may well succeed later.
    package var isRetriable: Bool {
        switch self {
        case .dns, .connectRefused, .connectFailed, .connectTimeout, .timeout, .tooSlow, .tls, .connectionLost: true
        case .malformedURL, .unsupportedScheme, .certificate, .addressRefused, .bodyTooLarge, .malformedResponse,
            .unknownContentEncoding,
            .cancelled, .closed, .other:
            false
        }
    }

    package var description: String {
        switch self {
        case .malformedURL: "malformed URL"
        case .unsupportedScheme: "the URL's scheme is neither http nor https"
        case .dns: "the host's name could not be resolved"
        case .connectRefused: "connection refused"
        case .connectFailed(let code): "cannot connect (errno \(code))"
        case .connectTimeout: "no connection in time"
        case .timeout: "no complete answer in time"
        case .tooSlow: "the transfer was too slow"
        case .tls: "no secured connection could be made"
        case .certificate: "the server's certificate is not to be trusted"
        case .addressRefused(let address): "the address \(address) may not be connected to"
        case .bodyTooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .connectionLost: "the connection was lost"
        case .malformedResponse: "the answer is malformed"
        case .unknownContentEncoding: "the answer has an unknown content encoding"
        case .cancelled: "cancelled"
        case .closed: "the client is closed"
        case .other(let code, let text): "\(text) (curl \(code))"
        }
    }
}
