import Events
import HTTPMessages
import HTTPServer
import Service
import Telemetry

/// Which handler answers which request; one log line and one measurement for each.
struct Routes: Sendable {
    private let products: ProductHandlers
    private let operations: OperationHandlers
    private let context: ServiceContext
    private let metrics: RequestMetrics

    init(products: ProductHandlers, operations: OperationHandlers, context: ServiceContext, metrics: RequestMetrics) {
        self.products = products
        self.operations = operations
        self.context = context
        self.metrics = metrics
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if let health = HealthRoutes.answer(request, context) { return health }
        let start = ContinuousClock.now
        let trace = TraceContext(request.headers["traceparent"])
        let answer = await guarded(request, trace)
        let duration = ContinuousClock.now - start
        metrics.record(answer.response.status.code, duration)
        context.log.info(
            "request",
            [
                "method": request.method.description, "path": request.path, "status": answer.response.status.code,
                "duration_ms": duration, "product_id": answer.productID, "trace_id": trace.traceID,
            ])
        return answer.response
    }

    /// Every error becomes an answer here, and only here.
    private func guarded(_ request: HTTPRequest, _ trace: TraceContext) async -> Answer {
        do {
            return try await route(request, trace)
        } catch let problem as Problem {
            return Answer(problem.response(traceID: trace.traceID))
        } catch {
            context.log.error("unexpected error", ["error": "\(error)", "trace_id": trace.traceID])
            return Answer(Problem(.internalError).response(traceID: trace.traceID))
        }
    }

    private func route(_ request: HTTPRequest, _ trace: TraceContext) async throws -> Answer {
        var path = request.segments[...]
        if path.starts(with: ["api", "v1"]) { path = path.dropFirst(2) }
        switch (path.first, path.count) {
        case ("products", 1):
            switch request.method {
            case .post: return try await products.create(request, trace)
            case .get, .head: return try await products.list(request)
            default: throw Self.notAllowed("GET, HEAD, POST")
            }
        case ("products", 2):
            switch request.method {
            case .get, .head: return try await products.show(request, id: path.last ?? "")
            default: throw Self.notAllowed("GET, HEAD")
            }
        case ("operations", 2):
            switch request.method {
            case .get, .head: return try await operations.show(id: path.last ?? "")
            default: throw Self.notAllowed("GET, HEAD")
            }
        default:
            throw Problem(.routeNotFound)
        }
    }

    private static func notAllowed(_ allowed: String) -> Problem {
        Problem(.methodNotAllowed, "Allowed: \(allowed)", headers: ["Allow": allowed])
    }
}

/// A response, and what its log line says beside it.
struct Answer: Sendable {
    let response: HTTPResponse
    let productID: ProductID?

    init(_ response: HTTPResponse, productID: ProductID? = nil) {
        self.response = response
        self.productID = productID
    }
}
