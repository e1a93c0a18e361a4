import CLibcurl
import HTTPMessages
import InternetAddress

/// An answer, whole. Redirects are answers too.
package struct HTTPClientResponse: Sendable {
    package let status: HTTPStatus
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// Where a redirect leads, resolved against the request's URL; nil for any other answer.
    package let redirectURL: String?
    /// Whom the answer came from.
    package let address: IPAddress?
    package let times: Times

    /// From the start of the request.
    package struct Times: Sendable {
        /// Until a connection was there.
        package let connect: Duration
        /// Until the first byte of the answer.
        package let firstByte: Duration
        package let total: Duration
    }

    /// How long `Retry-After` asks to wait; nil when it does not. `now` is in seconds since 1970, for when it is a date.
    package func retryAfter(now: Int) -> Duration? {
        guard let text = headers["Retry-After"]?.drop(while: { $0 == " " }), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int(text).map { .seconds(min($0, 365 * 86400)) }
        }
        let date = curl_getdate(String(text), nil)
        return date < 0 ? nil : .seconds(max(0, date - now))
    }
}
