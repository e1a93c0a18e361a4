import Events
import HTTPMessages
import HTTPServer
import Service
import Telemetry

/// Which handler answers which request; one log line and one measurement for each.
struct Routes: Sendable {
    let products: ProductHandlers
    let events: ProductEventHandlers
    let writes: ProductWriteHandlers
    let users: UserHandlers
    let operations: OperationHandlers
    let description: DescriptionHandlers
    let admission: WriteAdmission
    let maximumBodyBytes: Int
    let context: ServiceContext
    let metrics: RequestMetrics

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
            return try await admitted(request, trace)
        } catch let problem as Problem {
            return Answer(problem.response(traceID: trace.traceID))
        } catch let error where error is HTTPBodyError && !context.stop.isStopping {
            // The client has ended its side, gone, or was too slow: its fault, and hardly anybody reads the answer.
            return Answer(
                Problem(.malformedRequest, "The body did not come to its end.").response(traceID: trace.traceID))
        } catch let error where error is HTTPBodyError || Task.isCancelled {
            return Answer(Problem.unavailable("The request did not come to its end.").response(traceID: trace.traceID))
        } catch {
            context.log.error("unexpected error", ["error": "\(error)", "trace_id": trace.traceID])
            return Answer(Problem(.internalError).response(traceID: trace.traceID))
        }
    }

    /// Reads are always let through; a write needs a place.
    private func admitted(_ request: HTTPRequest, _ trace: TraceContext) async throws -> Answer {
        guard request.isWrite else { return try await route(request, trace) }
        // A body that does not say how long it is counts as the longest document. What is longer is not read, or is an
        // upload, which is never held as a whole.
        let bytes = min(request.body.declaredLength ?? maximumBodyBytes, maximumBodyBytes)
        return try await admission.withPlace(for: bytes) { try await route(request, trace) }
    }

    private func route(_ request: HTTPRequest, _ trace: TraceContext) async throws -> Answer {
        let path = Array(request.resource)
        switch (path.first, path.count) {
        case ("products", 1):
            switch request.method {
            case .post: return try await writes.create(request, trace)
            case .get, .head: return try await products.list(request)
            default: throw Self.notAllowed("GET, HEAD, POST")
            }
        case ("products", 2):
            switch request.method {
            case .get, .head: return try await products.show(request, id: path[1])
            case .put: return try await writes.replace(request, id: path[1], trace)
            case .patch: return try await writes.merge(request, id: path[1], trace)
            case .delete: return try await writes.delete(request, id: path[1], trace)
            default: throw Self.notAllowed("DELETE, GET, HEAD, PATCH, PUT")
            }
        case ("products", 3) where path[2] == "events":
            switch request.method {
            case .get, .head: return try await events.follow(request, id: path[1])
            default: throw Self.notAllowed("GET, HEAD")
            }
        case ("products", 3) where path[2] == "history":
            switch request.method {
            case .get, .head: return try await products.past.history(request, id: path[1])
            default: throw Self.notAllowed("GET, HEAD")
            }
        case ("products", 3) where path[2] == "images":
            switch request.method {
            case .post: return try await writes.uploadImage(request, id: path[1], trace)
            default: throw Self.notAllowed("POST")
            }
        case ("products", 4) where path[2] == "images":
            switch request.method {
            case .get, .head: return try await products.image(request, id: path[1], image: path[3])
            case .delete: return try await writes.removeImage(request, id: path[1], image: path[3], trace)
            default: throw Self.notAllowed("DELETE, GET, HEAD")
            }
        case ("users", 1):
            switch request.method {
            case .post: return try await users.register(request, trace)
            default: throw Self.notAllowed("POST")
            }
        case ("users", 2):
            switch request.method {
            case .get, .head: return try await users.show(request, id: path[1])
            default: throw Self.notAllowed("GET, HEAD")
            }
        case ("operations", 2):
            switch request.method {
            case .get, .head: return try await operations.show(request, id: path[1])
            default: throw Self.notAllowed("GET, HEAD")
            }
        case ("openapi.json", 1):
            switch request.method {
            case .get, .head: return try description.showDocument(request)
            default: throw Self.notAllowed("GET, HEAD")
            }
        case ("docs", 1):
            switch request.method {
            case .get, .head: return try description.showPage(request)
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

extension HTTPRequest {
    fileprivate var isWrite: Bool {
        switch method {
        case .post, .put, .patch, .delete: true
        case .get, .head, .options, .other: false
        }
    }

    /// The path without the prefix that may stand before it.
    var resource: ArraySlice<String> { segments.starts(with: ["api", "v1"]) ? segments.dropFirst(2) : segments[...] }
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
