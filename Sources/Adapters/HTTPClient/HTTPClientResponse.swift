import CLibcurl
package import HTTPMessages
package import InternetAddress

/// A complete response. A redirect is a response too.
package struct HTTPClientResponse: Sendable {
    package let status: HTTPStatus
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// The target of a redirect, resolved against the request's URL. Nil for any other response.
    package let redirectURL: String?
    /// The address of the server.
    package let address: IPAddress?
    package let times: Times

    /// Times since the start of the request.
    package struct Times: Sendable {
        /// The time until the connection was made.
        package let connect: Duration
        /// The time until the first byte of the response.
        package let firstByte: Duration
        package let total: Duration
    }

    /// The wait that `Retry-After` asks for, or nil without one. `now` is in seconds since 1970, and is needed for a
    /// date.
    package func retryAfter(now: Int) -> Duration? {
        guard let text = headers["Retry-After"]?.drop(while: { $0 == " " }), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int(text).map { .seconds(min($0, 365 * 86400)) }
        }
        let date = curl_getdate(String(text), nil)
        return date < 0 ? nil : .seconds(max(0, date - now))
    }
}
