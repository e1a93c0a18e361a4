import HTTPClient
import HTTPMessages
import S3

/// The reason why a source could not be fetched.
struct FetchFailure: Error, Equatable {
    /// A stable word for programs.
    let reason: String
    let detail: String
    /// Whether another attempt may succeed.
    let isRetriable: Bool
    /// The delay that the server asked for.
    let retryAfter: Duration?
    /// The factor by which the wait for the next attempt is longer than usual.
    let factor: Int
    /// Whether the host was contacted, so that the failure says something about it.
    let concernsHost: Bool

    init(_ error: DownloadError) {
        reason = Self.reason(error)
        detail = error.description
        isRetriable = error.isRetriable
        switch error {
        case .status(let status, let wait):
            retryAfter = wait
            factor = status.code == 429 || wait != nil ? 5 : 1
            concernsHost = true
        case .transfer(let error):
            retryAfter = nil
            factor = [.timeout, .tooSlow, .connectTimeout].contains(error) ? 2 : 1
            switch error {
            case .malformedURL, .unsupportedScheme, .addressRefused: concernsHost = false
            default: concernsHost = true
            }
        case .userinfo:
            (retryAfter, factor, concernsHost) = (nil, 1, false)
        case .downgrade, .tooManyRedirects, .redirectWithoutLocation:
            (retryAfter, factor, concernsHost) = (nil, 1, true)
        }
    }

    /// Nil for a failure that is temporary, or that the upload did not cause.
    init?(upload error: S3Error) {
        switch error.reason {
        case .notFound where error.code != "NoSuchBucket": reason = "not-found"
        case .transfer(let error):
            guard case .bodyTooLarge = error else { return nil }
            reason = Self.reason(error)
        default: return nil
        }
        detail = error.description
        isRetriable = false
        retryAfter = nil
        factor = 1
        concernsHost = false
    }

    private static func reason(_ error: DownloadError) -> String {
        switch error {
        case .transfer(let error): reason(error)
        case .status(let status, _):
            switch status.code {
            case 404, 410: "not-found"
            case 401, 403: "forbidden"
            default: "http-status"
            }
        case .userinfo: "userinfo-in-url"
        case .downgrade: "redirect-to-http"
        case .tooManyRedirects: "too-many-redirects"
        case .redirectWithoutLocation: "redirect-without-location"
        }
    }

    private static func reason(_ error: HTTPClientError) -> String {
        switch error {
        case .malformedURL: "malformed-url"
        case .unsupportedScheme: "unsupported-scheme"
        case .dns: "unknown-host"
        case .connectRefused, .connectFailed: "connect-failed"
        case .connectTimeout, .timeout: "timeout"
        case .tooSlow: "too-slow"
        case .tls, .certificate: "tls"
        case .addressRefused: "address-refused"
        case .bodyTooLarge: "too-many-bytes"
        case .connectionLost: "connection-lost"
        case .malformedResponse, .unknownContentEncoding, .other: "malformed-response"
        case .cancelled, .closed: "cancelled"
        }
    }
}
