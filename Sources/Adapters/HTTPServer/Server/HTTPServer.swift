package import EventLoop

/// An HTTP/1.1 server on one event loop. The loop polls libmicrohttpd, and each request has a task.
///
/// Several loops can serve one port, each with a server of its own. Handlers run on the loop, so they must not block.
package final class HTTPServer: @unchecked Sendable {
    // `@unchecked`: all mutable state is confined to the loop's thread.
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    let configuration: HTTPServerConfiguration
    let loop: EventLoop
    let handler: Handler
    let limits: Connection.Limits
    let listener: ListeningSocket
    /// The port to which clients connect.
    package let port: UInt16

    /// The server's handles on the loop, while `run` runs.
    var engine: Engine?
    /// All connections. Each knows its index, so that it can be removed in constant time.
    var connections: [Connection] = []
    var connectionsByID: [UInt64: Connection] = [:]
    var nextConnectionID: UInt64 = 0
    /// The connection that is being handed to libmicrohttpd.
    var arriving: Connection?
    var lingering: [LingeringClose] = []
    /// The number of requests whose head has begun to arrive and whose response has not been sent completely.
    var exchanges = 0
    /// The requests that were handed to handlers in this turn of libmicrohttpd, and that are not suspended yet.
    var unanswered: [Exchange] = []
    var pending = PendingRequests()
    /// Whether libmicrohttpd has work that no descriptor reports.
    var needsTurn = false
    var turnsLeft = 0
    var isInTurn = false
    var isDraining = false
    var drainWaiters: [CheckedContinuation<Void, Never>] = []

    /// Listens at once. Connections are accepted when `run` is called. `handler` is called on the loop.
    package init(
        configuration: HTTPServerConfiguration, loop: EventLoop, handler: @escaping Handler
    ) throws {
        self.configuration = configuration
        self.loop = loop
        self.handler = handler
        limits = Connection.Limits(configuration)
        listener = try ListeningSocket(configuration)
        port = listener.port
    }

    /// Serves until it is stopped or the task is cancelled, and returns when every request's task has ended.
    ///
    /// Must be called once. Cancellation cancels the handlers and gives their responses a moment to be sent.
    package func run() async throws {
        try await withTaskExecutorPreference(loop) { try await serve() }
    }

    private func serve() async throws {
        loop.preconditionOnLoop()
        guard !isDraining else { return }  // stopped before it began
        let engine = try Engine(self)
        self.engine = engine
        defer { tearDown() }
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                while let exchanges = await nextRequests() {
                    for exchange in exchanges {
                        group.addTask(executorPreference: loop) { await self.handle(exchange) }
                    }
                }
            }
        } onCancel: {
            loop.onLoop { self.beginDrain(.zero) }
        }
    }

    private func nextRequests() async -> [Exchange]? {
        if pending.isReady { return pending.take() }
        return await withCheckedContinuation { pending.wait($0) }
    }

    /// The task of one request.
    private func handle(_ exchange: Exchange) async {
        guard let request = exchange.request else { return }
        exchange.request = nil
        withUnsafeCurrentTask { exchange.task = $0 }
        defer { exchange.task = nil }
        // The client may have gone before the task began.
        if exchange.handle == nil || exchange.machine.isAbandoned { exchange.task?.cancel() }
        let response = await handler(request)
        exchange.respond(response)
        if case .stream(let stream) = response.body { await exchange.run(stream) }
    }

    func log(_ line: String) { configuration.onLog?(line) }
}
