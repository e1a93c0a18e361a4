import EventLoop

/// An HTTP/1.1 server on one event loop: libmicrohttpd, polled by the loop, with a task for each request.
///
/// Several loops serve one port with a server each. What a handler does runs on the loop, so it must not block.
package final class HTTPServer: @unchecked Sendable {
    // `@unchecked`: all that changes is confined to the loop's thread.
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    let configuration: HTTPServerConfiguration
    let loop: EventLoop
    let handler: Handler
    let limits: Connection.Limits
    let listener: ListeningSocket
    /// Where clients connect to.
    package let port: UInt16

    /// What exists while `run` runs.
    var engine: Engine?
    /// Connections by place, so that each can be removed at once.
    var connections: [Connection] = []
    var connectionsByID: [UInt64: Connection] = [:]
    var nextConnectionID: UInt64 = 0
    /// Being handed to libmicrohttpd just now.
    var arriving: Connection?
    var lingering: [LingeringClose] = []
    /// Requests whose head has begun to arrive and whose response has not all gone.
    var exchanges = 0
    /// Handed to handlers in this turn of libmicrohttpd and not suspended yet.
    var unanswered: [Exchange] = []
    var arrivals = Arrivals()
    /// libmicrohttpd has work that no descriptor tells of.
    var needsTurn = false
    var turnsLeft = 0
    var isInTurn = false
    var isDraining = false
    var drainWaiters: [CheckedContinuation<Void, Never>] = []

    /// Listens at once; connections are accepted when `run` is called. `handler` is called on the loop.
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
    /// Once per server. Cancellation cancels what the handlers are doing and gives their answers a moment to go out.
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
                while let exchanges = await arrivals(of: self) {
                    for exchange in exchanges {
                        group.addTask(executorPreference: loop) { await self.handle(exchange) }
                    }
                }
            }
        } onCancel: {
            loop.onLoop { self.beginDrain(.zero) }
        }
    }

    private func arrivals(of server: HTTPServer) async -> [Exchange]? {
        if let batch = arrivals.take() { return batch }
        return await withCheckedContinuation { arrivals.wait($0) }
    }

    /// The task of one request.
    private func handle(_ exchange: Exchange) async {
        guard let request = exchange.request else { return }
        exchange.request = nil
        withUnsafeCurrentTask { exchange.task = $0 }
        defer { exchange.task = nil }
        if exchange.handle == nil { exchange.task?.cancel() }  // gone before the task began
        let response = await handler(request)
        exchange.respond(response)
        if case .stream(let stream) = response.body { await exchange.run(stream) }
    }

    func log(_ line: String) { configuration.onLog?(line) }
}
