package import EventLoop
package import HTTPServer

/// Runs `body` on a loop of its own.
package func onLoop<Value: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> Value) throws -> Value {
    let loop = try EventLoop()
    return try loop.run { try await body(loop) }
}

/// Serves with `handler` on the loop while `body` runs.
package func withServer<Value: Sendable>(
    on loop: EventLoop, _ configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
    handler: @escaping HTTPServer.Handler, _ body: @escaping @Sendable (HTTPServer) async throws -> Value
) async throws -> Value {
    let server = try HTTPServer(configuration: configuration, loop: loop, handler: handler)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(executorPreference: loop) { try await server.run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        await server.stop(drain: .zero)
        try await group.waitForAll()
        return try result.get()
    }
}

/// A value that tasks on one loop share.
package final class Box<Value>: @unchecked Sendable {
    package var value: Value
    package init(_ value: Value) { self.value = value }
}
