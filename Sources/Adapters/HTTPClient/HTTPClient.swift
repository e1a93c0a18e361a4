import EventLoop

/// An HTTP client on one event loop: libcurl's multi interface, with its connections kept and shared.
///
/// It never follows a redirect, uses no proxy, cookie or netrc file, and looks at no environment variable. `send` may
/// be called from any thread; `init` and `close` belong to the loop's.
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

    /// Sends the request and gives the answer, whatever its status.
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

    /// Ends every transfer with `closed` and closes the connections. Loop's thread only.
    package func close() { multi.close() }
}
