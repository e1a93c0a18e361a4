import HTTPMessages
import InternetAddress

/// What a server is allowed to spend, and on whom.
package struct HTTPServerConfiguration: Sendable {
    /// `::` serves IPv4 too.
    package var bindAddress: IPAddress
    /// 0 for any that is free: `HTTPServer.port` tells which.
    package var port: UInt16
    package var backlog: Int32 = 1024
    package var connections = ConnectionBudget(maximum: 4096)
    /// Without any byte for this long a connection is closed, unless its request is being handled.
    package var idleTimeout: Duration = .seconds(60)
    /// A request's head must be complete this long after the connection was made or, on a kept connection, this long
    /// and the idle timeout after the previous response. Whoever is slower is answered 408, when there is a request line
    /// at least.
    package var headTimeout: Duration = .seconds(10)
    /// The time that a client may spend on a request's body or on reading its response, and more for large ones at
    /// `minimumRate`; then 408. Time in which the handler is not ready to take more does not count.
    package var transferTimeout: Duration = .seconds(30)
    /// Bytes per second.
    package var minimumRate = 4096
    package var maximumHeaderBytes = 16 * 1024
    /// 413 past this, whatever the handler would have taken.
    package var maximumBodyBytes = 32 * 1024 * 1024
    /// A body of at most this declared length is received before the handler is called; longer ones are streamed.
    package var eagerBodyBytes = 64 * 1024
    /// The answer to what never reaches the handler: a request that is malformed, too large, or one too many.
    /// `detail` is a constant sentence.
    package var refusal: @Sendable (_ status: HTTPStatus, _ detail: String) -> HTTPResponse = HTTPResponse.problem
    /// What the server has to say: one line of text, from libmicrohttpd or from here.
    package var onLog: (@Sendable (String) -> Void)?

    package init(bindAddress: IPAddress = .v4(0x7f00_0001), port: UInt16 = 0) {
        self.bindAddress = bindAddress
        self.port = port
    }
}
