package import InternetAddress

/// The reason why a request got no response. It contains no URL, header or credential.
package enum HTTPClientError: Error, Equatable {
    case malformedURL
    /// Neither http nor https.
    case unsupportedScheme
    /// The host's name could not be resolved.
    case dns
    case connectRefused
    /// The host is unreachable, or no socket is available. `code` is the errno.
    case connectFailed(code: Int32)
    case connectTimeout
    /// The total timeout is exceeded.
    case timeout
    /// The transfer was slower than `LowSpeed` allows.
    case tooSlow
    /// The TLS handshake failed.
    case tls
    /// The server's certificate is not trusted.
    case certificate
    /// `allowAddress` refused the address.
    case addressRefused(IPAddress)
    case bodyTooLarge(limit: Int)
    /// The connection ended before the response was complete.
    case connectionLost
    /// The response is not HTTP, or its encoding is broken.
    case malformedResponse
    /// The body has a `Content-Encoding` that does not exist, or that libcurl does not know.
    case unknownContentEncoding
    case cancelled
    /// The client is closed.
    case closed
    /// Any other error, with libcurl's code and text.
    case other(code: Int, text: String)
}

extension HTTPClientError: CustomStringConvertible {
    /// Whether the same request may succeed later.
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
        case .malformedURL: "the URL is malformed"
        case .unsupportedScheme: "the URL's scheme is neither http nor https"
        case .dns: "the host's name could not be resolved"
        case .connectRefused: "the connection was refused"
        case .connectFailed(let code): "the connection failed (errno \(code))"
        case .connectTimeout: "the connection timed out"
        case .timeout: "the request timed out"
        case .tooSlow: "the transfer was too slow"
        case .tls: "the TLS handshake failed"
        case .certificate: "the server's certificate is not trusted"
        case .addressRefused(let address): "connections to \(address) are not allowed"
        case .bodyTooLarge(let limit): "the response is larger than \(limit) bytes"
        case .connectionLost: "the connection was lost"
        case .malformedResponse: "the response is malformed"
        case .unknownContentEncoding: "the response has an unknown content encoding"
        case .cancelled: "the request was cancelled"
        case .closed: "the client is closed"
        case .other(let code, let text): "\(text) (curl \(code))"
        }
    }
}
