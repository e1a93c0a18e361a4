/// How far the answer to a request is. Loop's thread only.
struct Answer {
    /// The handler has answered, or nobody will.
    var isGiven = false
    /// The connection ends as soon as libmicrohttpd asks again.
    var mustClose = false
    /// The client may be sending a body that nobody reads when the connection is closed.
    var leavesInput = false
    /// The end of an answer that went past libmicrohttpd, as far as the socket did not take it at once.
    var unsent: ArraySlice<UInt8> = []
    /// To be sent when the rest of the body has been thrown away.
    private var deferred: HTTPResponse?

    var hasDeferred: Bool { deferred != nil }

    mutating func `defer`(_ response: HTTPResponse) { deferred = response }

    mutating func takeDeferred() -> HTTPResponse? {
        defer { deferred = nil }
        return deferred
    }
}
