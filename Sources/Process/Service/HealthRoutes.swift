import EventLoop
import HTTPMessages
package import HTTPServer
package import InternetAddress
import Telemetry

/// The routes `/livez`, `/readyz` and `/metrics`, which every process has.
package enum HealthRoutes {
    /// Returns the response, or nil if the request is for another route.
    package static func answer(_ request: HTTPRequest, _ context: ServiceContext) -> HTTPResponse? {
        switch request.path {
        case "/livez":
            respond(request, .ok, "application/json", Array(#"{"status":"alive"}"#.utf8))
        case "/readyz":
            respond(
                request, context.health.isReady ? .ok : .serviceUnavailable, "application/json", context.health.json)
        case "/metrics":
            respond(request, .ok, "text/plain; version=0.0.4", Array(context.metrics.text.utf8))
        default:
            nil
        }
    }

    private static func respond(
        _ request: HTTPRequest, _ status: HTTPStatus, _ type: String, _ body: [UInt8]
    ) -> HTTPResponse {
        let allowed = "GET, HEAD, OPTIONS"
        if request.method == .options { return HTTPResponse(.noContent, headers: ["Allow": allowed]) }
        guard request.method == .get || request.method == .head else {
            var refusal = HTTPResponse.problem(.methodNotAllowed, "Allowed: \(allowed)")
            refusal.headers["Allow"] = allowed
            return refusal
        }
        guard request.query.isEmpty else { return .problem(.badRequest, "This route has no query parameters.") }
        return HTTPResponse(
            status, headers: ["Content-Type": type, "Cache-Control": "no-store"], body: .bytes(body))
    }

    /// Serves only these routes, on `port`, while `work` runs: for a process without another server.
    package static func serve(
        _ context: ServiceContext, bindAddress: IPAddress, port: Int,
        while work: @escaping @Sendable () async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(bindAddress: bindAddress, port: UInt16(port)), loop: context.loop
        ) { request in
            answer(request, context) ?? HTTPResponse(.notFound)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) { try await server.run() }
            group.addTask(executorPreference: context.loop) { try await work() }
            // A server that fails ends the work, and so the process.
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
