package import HTTPMessages

/// The reason why a download failed.
package enum DownloadError: Error, Equatable {
    /// A request failed.
    case transfer(HTTPClientError)
    /// The last response is not a success. `retryAfter` is the wait that it asks for.
    case status(HTTPStatus, retryAfter: Duration?)
    /// The URL contains a user name or password.
    case userinfo
    /// A redirect leads from https to http.
    case downgrade
    case tooManyRedirects(limit: Int)
    /// A redirect has no location.
    case redirectWithoutLocation
}

extension DownloadError: CustomStringConvertible {
    /// Whether the same download may succeed later.
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
        case .status(let status, _): "the response has status \(status)"
        case .userinfo: "the URL contains a user name or password"
        case .downgrade: "a redirect leads from https to http"
        case .tooManyRedirects(let limit): "there are more than \(limit) redirects"
        case .redirectWithoutLocation: "a redirect has no location"
        }
    }
}
