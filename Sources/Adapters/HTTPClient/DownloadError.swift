import HTTPMessages

/// Why there is no download.
package enum DownloadError: Error, Equatable {
    /// One of the hops failed.
    case transfer(HTTPClientError)
    /// The answer at the end is no success; with what its `Retry-After` asks for.
    case status(HTTPStatus, retryAfter: Duration?)
    /// The URL names a user.
    case userinfo
    /// A redirect leads from https to http.
    case downgrade
    case tooManyRedirects(limit: Int)
    /// A redirect that does not say where to.
    case redirectWithoutLocation
}

extension DownloadError: CustomStringConvertible {
    /// Whether the same download may well succeed later.
    package var isRetriable: Bool {
        switch self {
        case .transfer(let error): error.isRetriable
        case .status(let status, _): status.code >= 500 || [408, 425, 429].contains(status.code)
        case .userinfo, .downgrade, .tooManyRedirects, .redirectWithoutLocation: false
        }
    }

    package var description: String {
        switch self {
        case .transfer(let error): error.description
        case .status(let status, _): "the answer's status is \(status)"
        case .userinfo: "the URL holds a user name or password"
        case .downgrade: "a redirect leads from https to http"
        case .tooManyRedirects(let limit): "more than \(limit) redirects"
        case .redirectWithoutLocation: "a redirect without a location"
        }
    }
}
