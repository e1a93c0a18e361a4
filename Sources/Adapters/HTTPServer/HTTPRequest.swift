import HTTPMessages
import InternetAddress

/// One request, its head complete and checked.
package struct HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// As it was sent, without the query: begins with `/`, or is `*`.
    package let path: String
    /// The path's parts between slashes, percent-decoded: valid UTF-8 without NUL. `/` has none, `/a/` has `a` and ``.
    package let segments: [String]
    /// Decoded as a form is (RFC 3986 with `+` for a space), in order; a name without `=` has the empty value.
    package let query: [(name: String, value: String)]
    package let headers: HTTPHeaders
    /// An IPv4-mapped address appears as IPv4.
    package let remoteAddress: IPAddress
    package let body: HTTPRequestBody

    init(
        method: HTTPMethod, target: RequestTarget, headers: HTTPHeaders, remoteAddress: IPAddress, body: HTTPRequestBody
    ) {
        self.method = method
        path = target.path
        segments = target.segments
        query = target.query
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.body = body
    }

    /// A request that came by no network. Nil when `target` is not a valid one.
    package init?(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:],
        remoteAddress: IPAddress = .v4(0x7f00_0001), body: [UInt8] = []
    ) {
        guard let parsed = try? RequestTarget(target) else { return nil }  // nil says it
        self.init(
            method: method, target: parsed, headers: headers, remoteAddress: remoteAddress, body: HTTPRequestBody(body))
    }
}
