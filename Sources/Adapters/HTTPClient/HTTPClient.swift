package import EventLoop

/// An HTTP client on one event loop. It uses libcurl's multi interface, which keeps and shares connections.
///
/// It follows no redirects, uses no proxy, cookie or netrc file, keeps cookies only where a request has a jar, and
/// reads no environment variable. `send` is callable from any thread; `init` and `close` are for the loop's thread
/// only.
package final class HTTPClient: Sendable {
    let loop: EventLoop
    let multi: Multi

    package init(loop: EventLoop, configuration: HTTPClientConfiguration = HTTPClientConfiguration()) throws {
        loop.preconditionOnLoop()
        self.loop = loop
        multi = try Multi(loop: loop, configuration: configuration)
    }

    deinit {
        let multi = multi
        loop.onLoop { multi.close() }
    }

    /// Sends the request and returns the response, whatever its status.
    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let url = try HTTPURL(request.url)
        let transfer = Transfer(request, url: url)
        let result: Transfer.Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled && !request.survivesCancellation
                loop.onLoop {
                    if isCancelled { return continuation.resume(returning: .failure(.cancelled)) }
                    self.multi.start(transfer, continuation)
                }
            }
        } onCancel: {
            guard !request.survivesCancellation else { return }
            loop.onLoop { self.multi.cancel(transfer) }
        }
        return try result.get()
    }

    /// Fails every transfer with `closed` and closes the connections. For the loop's thread only.
    package func close() { multi.close() }
}
