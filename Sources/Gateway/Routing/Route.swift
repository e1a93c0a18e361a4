import HTTPMessages
import HTTPServer

/// One method of one resource.
struct Route: Sendable {
    typealias Handler = @Sendable (Handlers, RoutedRequest) async throws -> RoutedResponse

    /// The `Cache-Control` of an answer whose handler does not state another.
    enum Caching: String, Sendable {
        case forbidden = "no-store"
        /// The client's own cache may keep the answer and asks whether it is still good before each use.
        case privateRevalidated = "private, no-cache"
        /// Any cache may keep the answer and asks whether it is still good before each use.
        case sharedRevalidated = "no-cache"
    }

    let method: HTTPMethod
    let template: PathTemplate
    let caching: Caching
    /// The media types that the body of a request may have; empty if the method has no body.
    let mediaTypes: [String]
    let handler: Handler

    /// Whether the request may change something. Such a request needs a place among the concurrent writes.
    var isWrite: Bool { method != .get }

    /// Answers `HEAD` too.
    static func get(_ template: String, _ caching: Caching, _ handler: @escaping Handler) -> Route {
        Route(method: .get, template: PathTemplate(template), caching: caching, mediaTypes: [], handler: handler)
    }

    static func write(
        _ method: HTTPMethod, _ template: String, taking mediaTypes: [String] = [], _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: method, template: PathTemplate(template), caching: .forbidden, mediaTypes: mediaTypes,
            handler: handler)
    }
}

/// A request together with what its route says about it.
struct RoutedRequest: Sendable {
    let request: HTTPRequest
    let parameters: PathParameters
    let trace: TraceContext

    var id: String { parameters["id"] }
    var image: String { parameters["image"] }
}

/// The handlers of one event loop.
struct Handlers: Sendable {
    let products: ProductHandlers
    let events: ProductEventHandlers
    let past: PastHandlers
    let writes: ProductWriteHandlers
    let users: UserHandlers
    let operations: OperationHandlers
    let description: DescriptionHandlers
}
