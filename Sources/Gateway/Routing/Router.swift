import Events
import HTTPMessages
import HTTPServer
import Service
import Telemetry

/// Answers each request by the route that it names, and leaves one log line and one measurement for it.
struct Router: Sendable {
    let table: RouteTable
    let handlers: Handlers
    let admission: WriteAdmission
    let maximumBodyBytes: Int
    let context: ServiceContext
    let metrics: RequestMetrics

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if let health = HealthRoutes.answer(request, context) { return health }
        let start = ContinuousClock.now
        let trace = TraceContext(request.headers["traceparent"])
        let match = table.match(request)
        let answer = await guarded(request, match, trace)
        var response = answer.response
        if !response.headers.contains("Cache-Control") { response.headers.add("Cache-Control", match.caching.rawValue) }
        let duration = ContinuousClock.now - start
        metrics.record(request.method, match.template, response.status, duration)
        context.log.info(
            "request",
            [
                "method": request.method.description, "path": request.path, "status": response.status.code,
                "duration_ms": duration, "product_id": answer.productID, "trace_id": trace.traceID,
            ])
        return response
    }

    /// Runs the handler and turns every error into an answer. No other place does that.
    private func guarded(_ request: HTTPRequest, _ match: RouteMatch, _ trace: TraceContext) async -> RoutedResponse {
        do {
            return try await answer(request, match, trace)
        } catch let error where request.isAbandoned && Self.isInterruption(error) {
            // The client has gone, which is no failure of the service.
            return RoutedResponse(HTTPResponse(.clientClosedRequest))
        } catch let problem as Problem {
            return RoutedResponse(problem.response(traceID: trace.traceID))
        } catch let error where error is HTTPBodyError && !context.stop.isStopping {
            // The client closed the connection or was too slow, and will hardly read the answer.
            return RoutedResponse(
                Problem(.malformedRequest, "The request body is incomplete.").response(traceID: trace.traceID))
        } catch let error where error is HTTPBodyError || Task.isCancelled {
            return RoutedResponse(
                Problem.unavailable("The request was interrupted.").response(traceID: trace.traceID))
        } catch {
            context.log.error("unexpected error", ["error": "\(error)", "trace_id": trace.traceID])
            return RoutedResponse(Problem(.internalError).response(traceID: trace.traceID))
        }
    }

    /// Whether an error may come from the cancellation of the request's task, which ends when its client has gone.
    private static func isInterruption(_ error: any Error) -> Bool {
        error is Problem || error is HTTPBodyError || Task.isCancelled
    }

    private func answer(_ request: HTTPRequest, _ match: RouteMatch, _ trace: TraceContext) async throws
        -> RoutedResponse
    {
        switch match {
        case .route(let route, let parameters):
            return try await admitted(route, RoutedRequest(request: request, parameters: parameters, trace: trace))
        case .options(let resource, let allowed):
            let fields = [.init(name: "Allow", value: allowed)] + (resource?.acceptFields ?? [])
            return RoutedResponse(HTTPResponse(.noContent, headers: HTTPHeaders(fields)))
        case .methodNotAllowed(let resource):
            throw Problem(
                .methodNotAllowed, "The methods of this path are \(resource.allowed).",
                headers: ["Allow": resource.allowed])
        case .notFound:
            throw Problem(.routeNotFound)
        }
    }

    /// Reads are always admitted; a write needs a place.
    private func admitted(_ route: Route, _ routed: RoutedRequest) async throws -> RoutedResponse {
        guard route.isWrite else { return try await route.handler(handlers, routed) }
        // A body without a declared length counts as the longest document. A longer body is not read, or is an upload,
        // which is never held as a whole.
        let bytes = min(routed.request.body.declaredLength ?? maximumBodyBytes, maximumBodyBytes)
        return try await admission.withPlace(for: bytes) { try await route.handler(handlers, routed) }
    }
}

extension HTTPStatus {
    /// The client went away before it was answered. No specification has it: nginx logs it so, and no client ever sees
    /// it.
    fileprivate static let clientClosedRequest = HTTPStatus(499)
}
