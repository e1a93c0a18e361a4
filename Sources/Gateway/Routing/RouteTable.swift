import HTTPMessages
import HTTPServer

/// Every route of the API: which handler answers which method of which resource.
struct RouteTable: Sendable {
    static let api = RouteTable([
        .get("/products", .privateRevalidated) { try await $0.products.list($1.request) },
        .write(.post, "/products", taking: RequestDocument.mediaTypes) {
            try await $0.writes.create($1.request, $1.trace)
        },
        .get("/products/{id}", .privateRevalidated) { try await $0.products.show($1.request, id: $1.id) },
        .write(.put, "/products/{id}", taking: RequestDocument.mediaTypes) {
            try await $0.writes.replace($1.request, id: $1.id, $1.trace)
        },
        .write(.patch, "/products/{id}", taking: RequestDocument.patchMediaTypes) {
            try await $0.writes.merge($1.request, id: $1.id, $1.trace)
        },
        .write(.delete, "/products/{id}") { try await $0.writes.delete($1.request, id: $1.id, $1.trace) },
        .get("/products/{id}/events", .forbidden) { try await $0.events.follow($1.request, id: $1.id) },
        .get("/products/{id}/history", .forbidden) { try await $0.past.history($1.request, id: $1.id) },
        .write(.post, "/products/{id}/images", taking: UploadedFile.mediaTypes) {
            try await $0.writes.uploadImage($1.request, id: $1.id, $1.trace)
        },
        .get("/products/{id}/images/{image}", .forbidden) {
            try await $0.products.image($1.request, id: $1.id, image: $1.image)
        },
        .write(.delete, "/products/{id}/images/{image}") {
            try await $0.writes.removeImage($1.request, id: $1.id, image: $1.image, $1.trace)
        },
        .write(.post, "/users", taking: RequestDocument.mediaTypes) {
            try await $0.users.register($1.request, $1.trace)
        },
        .get("/users/{id}", .privateRevalidated) { try await $0.users.show($1.request, id: $1.id) },
        .get("/operations/{id}", .forbidden) { try await $0.operations.show($1.request, id: $1.id) },
        // Another version of the gateway has another document at these addresses.
        .get("/openapi.json", .sharedRevalidated) { try $0.description.showDocument($1.request) },
        .get("/docs", .sharedRevalidated) { try $0.description.showPage($1.request) },
    ])

    let resources: [Resource]

    init(_ routes: [Route]) {
        var templates: [String] = []
        var byTemplate: [String: [Route]] = [:]
        for route in routes {
            if byTemplate[route.template.text] == nil { templates.append(route.template.text) }
            byTemplate[route.template.text, default: []].append(route)
        }
        resources = templates.map { Resource(template: PathTemplate($0), routes: byTemplate[$0] ?? []) }
    }

    /// The part of a request that the table reads: its method and its address.
    func match(_ request: HTTPRequest) -> RouteMatch {
        if request.path == "*", request.method == .options { return .options(nil, allowed: allowed) }
        let path = request.resource
        for resource in resources {
            guard let parameters = resource.template.match(path) else { continue }
            if request.method == .options { return .options(resource, allowed: resource.allowed) }
            guard let route = resource.route(for: request.method) else { return .methodNotAllowed(resource) }
            return .route(route, parameters)
        }
        return .notFound
    }

    /// The methods that some resource allows: the answer to `OPTIONS *`.
    private var allowed: String { Resource.list(resources.flatMap(\.methods)) }
}

/// The answer of the table about a request.
enum RouteMatch: Sendable {
    case route(Route, PathParameters)
    /// A question for the methods of a resource, or, for nil, of the whole server: RFC 9110 section 9.3.7.
    case options(Resource?, allowed: String)
    case methodNotAllowed(Resource)
    case notFound

    /// The `Cache-Control` of an answer that does not state another.
    var caching: Route.Caching {
        if case .route(let route, _) = self { route.caching } else { .forbidden }
    }

    /// Nil where the request names no resource.
    var template: String? {
        switch self {
        case .route(let route, _): route.template.text
        case .options(let resource, _): resource?.template.text
        case .methodNotAllowed(let resource): resource.template.text
        case .notFound: nil
        }
    }
}

/// The routes that share an address.
struct Resource: Sendable {
    let template: PathTemplate
    let routes: [Route]

    func route(for method: HTTPMethod) -> Route? {
        let wanted = method == .head ? .get : method
        return routes.first { $0.method == wanted }
    }

    /// `HEAD` comes with `GET`, and `OPTIONS` with everything.
    var methods: [HTTPMethod] {
        routes.flatMap { $0.method == .get ? [.get, .head] : [$0.method] } + [.options]
    }

    /// The value of `Allow`.
    var allowed: String { Self.list(methods) }

    /// `Accept-Patch` and `Accept-Post`: the media types of the bodies of these methods.
    var acceptFields: [HTTPHeaders.Field] {
        routes.compactMap { route in
            guard !route.mediaTypes.isEmpty, let name = Problem.acceptField(route.method) else { return nil }
            return HTTPHeaders.Field(name: name, value: route.mediaTypes.joined(separator: ", "))
        }
    }

    static func list(_ methods: [HTTPMethod]) -> String {
        Set(methods).map(\.description).sorted().joined(separator: ", ")
    }
}

extension HTTPRequest {
    private var hasPrefix: Bool { segments.starts(with: ["api", "v1"]) }

    /// The path without the prefix that may stand before it.
    var resource: ArraySlice<String> { hasPrefix ? segments.dropFirst(2) : segments[...] }

    /// The prefix of the path. Paths in the answer have it too, so that a client stays below the prefix that it uses.
    var prefix: String { hasPrefix ? "/api/v1" : "" }
}
