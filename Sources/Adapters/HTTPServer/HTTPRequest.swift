package import HTTPMessages
package import InternetAddress

/// One request whose head is complete and checked.
package struct HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// The path as it was sent, without the query. It begins with `/`, or is `*`.
    package let path: String
    /// The percent-decoded parts of the path between slashes: valid UTF-8 without NUL. `/` has none; `/a/` has `a` and
    /// ``.
    package let segments: [String]
    /// The query's pairs in order, decoded as those of a form (RFC 3986 with `+` for a space). A name without `=` has
    /// the empty value.
    package let query: [(name: String, value: String)]
    package let headers: HTTPHeaders
    /// The client's address. An IPv4-mapped one appears as IPv4.
    package let remoteAddress: IPAddress
    package let body: HTTPRequestBody
    private let exchange: Exchange?

    init(
        method: HTTPMethod, target: RequestTarget, headers: HTTPHeaders, remoteAddress: IPAddress,
        body: HTTPRequestBody, exchange: Exchange? = nil
    ) {
        self.method = method
        path = target.path
        segments = target.segments
        query = target.query
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.body = body
        self.exchange = exchange
    }

    /// Whether the client has gone before it was answered, so that nobody reads the response. In the handler's task.
    package var isAbandoned: Bool { exchange?.machine.isAbandoned ?? false }

    /// Makes a request without a network. Nil when `target` is not valid.
    package init?(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:],
        remoteAddress: IPAddress = .v4(0x7f00_0001), body: [UInt8] = []
    ) {
        guard let parsed = try? RequestTarget(target) else { return nil }  // nil says that it is not valid
        self.init(
            method: method, target: parsed, headers: headers, remoteAddress: remoteAddress, body: HTTPRequestBody(body))
    }
}
