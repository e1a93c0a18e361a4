import Events
import HTTPMessages
import HTTPServer
import History
import JSON
import Postgres
import ProductCache

/// The reads of `/products`, `/products/{id}` and `/products/{id}/images/{image}`.
struct ProductHandlers: Sendable {
    let catalogue: Catalogue
    let consistency: ReadConsistency
    let stages: ImageStages
    let key: SigningKey
    let past: PastHandlers

    /// `GET /products/{id}`
    func show(_ request: HTTPRequest, id text: String) async throws -> RoutedResponse {
        if !request.query.isEmpty { return try await past.show(request, id: text) }
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        let conditions = try Preconditions(request.headers)
        let token = try await consistency.await(request)
        let (entry, isHit) = try await translatingReadModelErrors {
            try await catalogue.product(id, atLeast: token?.position)
        }
        guard case .document(let document) = entry else { throw Problem(.productNotFound) }
        let shown = await stages.shown(in: document.body)
        let entityTag = shown.entityTag(document.entityTag)
        var headers: HTTPHeaders = ["ETag": entityTag, "X-Cache": isHit ? "hit" : "miss"]
        if try conditions.isNotModified(entityTag) {
            return RoutedResponse(HTTPResponse(.notModified, headers: headers), productID: id)
        }
        headers["Content-Type"] = "application/json"
        return RoutedResponse(HTTPResponse(.ok, headers: headers, body: .bytes(shown.body)), productID: id)
    }

    /// `GET /products/{id}/images/{image}`: the state of one image.
    func image(_ request: HTTPRequest, id text: String, image: String) async throws -> RoutedResponse {
        try request.refuseParameters()
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        _ = try await consistency.await(request)
        guard let product = try await translatingReadModelErrors({ try await catalogue.state(id) })?.product,
            !product.isDeleted
        else {
            throw Problem(.productNotFound)
        }
        guard let image = product.images.first(where: { $0.id.text == image }) else { throw Problem(.imageNotFound) }
        let body = JSONWriter.object { json in
            json.key("data")
            json.raw(image.json)
            json.member("message", "Image retrieved successfully")
        }
        return RoutedResponse(
            HTTPResponse(
                .ok, headers: ["Content-Type": "application/json"],
                body: .bytes(await stages.shown(in: body).body)),
            productID: id)
    }

    /// `GET /products`
    func list(_ request: HTTPRequest) async throws -> RoutedResponse {
        let query = try ListQuery(request.query, key: key)
        _ = try await consistency.await(request)
        let page =
            if let time = query.list.time {
                try await past.page(of: query, at: time)
            } else {
                try await translatingReadModelErrors { try await catalogue.products(query) }
            }
        let cursor = page.end?.text(of: query.list, key: key)
        return .page(page.products, "Products retrieved successfully", of: request, next: cursor) {
            $1.write(to: &$0)
        }
    }
}

extension HTTPRequest {
    /// Throws if the request has query parameters: for resources that take none.
    func refuseParameters() throws(Problem) {
        guard let parameter = query.first else { return }
        throw .parameter(parameter.name, "unknown-parameter", "is not a parameter of this path")
    }
}
