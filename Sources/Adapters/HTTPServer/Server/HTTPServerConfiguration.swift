package import HTTPMessages
package import InternetAddress

/// The address, the limits and the hooks of a server.
package struct HTTPServerConfiguration: Sendable {
    /// The address to listen on. `::` serves IPv4 too.
    package var bindAddress: IPAddress
    /// The port to listen on. 0 means any free port, which `HTTPServer.port` names.
    package var port: UInt16
    package var backlog: Int32 = 1024
    package var connections = ConnectionBudget(maximum: 4096)
    /// A connection on which nothing comes for this long is closed, unless its request is being handled.
    package var idleTimeout: Duration = .seconds(60)
    /// The time allowed for a request's head, counted from the connection's start. On a kept connection it is this time
    /// and the idle timeout, counted from the previous response. A slower client is answered with 408 if it has sent a
    /// request line at least.
    package var headTimeout: Duration = .seconds(10)
    /// The time allowed for sending a body or reading a response, with more for large ones by `minimumRate`. A slower
    /// client is answered with 408. Time during which the handler takes nothing does not count.
    package var transferTimeout: Duration = .seconds(30)
    /// The rate in bytes per second.
    package var minimumRate = 4096
    package var maximumHeaderBytes = 16 * 1024
    /// A longer body is answered with 413, even if the handler would have taken it.
    package var maximumBodyBytes = 32 * 1024 * 1024
    /// A body of at most this declared length is received before the handler is called. Longer ones are streamed.
    package var eagerBodyBytes = 64 * 1024
    /// Makes the response to a request that never reaches the handler because it is malformed, too large, or one too
    /// many. `detail` is a constant sentence.
    package var refusal: @Sendable (_ status: HTTPStatus, _ detail: String) -> HTTPResponse = HTTPResponse.problem
    /// Gets the messages of the server and of libmicrohttpd, each one line of text.
    package var onLog: (@Sendable (String) -> Void)?

    package init(bindAddress: IPAddress = .v4(0x7f00_0001), port: UInt16 = 0) {
        self.bindAddress = bindAddress
        self.port = port
    }
}
