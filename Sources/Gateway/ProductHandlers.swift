import EventLog
import EventLoop
import Events
import HTTPMessages
import HTTPServer
import JSON
import Kafka
import Postgres
import Telemetry

/// `/products` and `/products/{id}`.
struct ProductHandlers: Sendable {
    let catalogue: Catalogue
    let commands: ProductCommands
    let maximumBodyBytes: Int

    /// `POST /products`
    func create(_ request: HTTPRequest, _ trace: TraceContext) async throws -> Answer {
        let command = try CreateProduct.reading(try await document(of: request))
        let outcome = try await commands.create(command, trace)
        let location = "/products/\(outcome.product.id)"
        switch outcome.verdict {
        case .accepted:
            return Answer(
                HTTPResponse(
                    .created,
                    headers: [
                        "Content-Type": "application/json", "Location": location,
                        "ETag": ProductDocument(outcome.product).entityTag,
                    ],
                    body: .bytes(ProductDocument(outcome.product).envelope("Product created successfully"))),
                productID: outcome.product.id)
        case .voided(let reason):
            throw Problem(.conflict, "The command was refused: \(reason.rawValue)")
        case .pending:
            return Answer(pending(outcome, location: location), productID: outcome.product.id)
        }
    }

    /// The event is on the log; what the fold makes of it is not known yet.
    private func pending(_ outcome: ProductCommands.Outcome, location: String) -> HTTPResponse {
        let operation = "/operations/\(outcome.command)"
        return HTTPResponse(
            .accepted, headers: ["Content-Type": "application/json", "Location": operation],
            body: .bytes(
                JSONWriter.object { json in
                    json.key("data")
                    json.object { json in
                        json.member("id", outcome.command.text)
                        json.member("status", "pending")
                        json.member("resource", location)
                    }
                    json.member("message", "Product accepted, not yet visible")
                }))
    }

    /// `GET /products/{id}`
    func show(_ request: HTTPRequest, id text: String) async throws -> Answer {
        guard let id = ProductID(text) else { throw Self.notFound }
        do {
            let (entry, isHit) = try await catalogue.product(id)
            guard case .document(let document) = entry else { throw Self.notFound }
            return Answer(
                HTTPResponse(
                    .ok,
                    headers: [
                        "Content-Type": "application/json", "ETag": document.entityTag,
                        "X-Cache": isHit ? "hit" : "miss",
                    ],
                    body: .bytes(document.body)),
                productID: id)
        } catch let error as PostgresError where error.isAway {
            throw Problem.unavailable("The read model cannot be read at the moment.")
        }
    }

    /// `GET /products?user_id=…`
    func list(_ request: HTTPRequest) async throws -> Answer {
        let query = try ListQuery(request.query)
        let found: [ProductDocument]
        do {
            found = try await catalogue.products(query)
        } catch let error as PostgresError where error.isAway {
            throw Problem.unavailable("The read model cannot be read at the moment.")
        }
        let page = found.prefix(query.limit)
        let cursor = found.count > query.limit ? page.last.map { ListQuery.Cursor(createdAt: $0.createdAt, id: $0.id) } : nil
        return Answer(
            HTTPResponse(
                .ok, headers: ["Content-Type": "application/json"],
                body: .bytes(
                    JSONWriter.object { json in
                        json.key("data")
                        json.array(page) { $1.write(to: &$0) }
                        json.member("message", "Products retrieved successfully")
                        json.member("next_cursor", cursor?.text)
                    })))
    }

    private static let notFound = Problem(
        .productNotFound, faults: [.init(place: .parameter("id"), code: "unknown-product", detail: "names no product")])

    private func document(of request: HTTPRequest) async throws -> JSONValue {
        if let type = request.headers["content-type"], !MediaType.isJSON(type) {
            throw Problem(.unsupportedMediaType, "Send application/json.", headers: ["Accept": "application/json"])
        }
        let body: [UInt8]
        do {
            body = try await request.body.collect(upTo: maximumBodyBytes)
        } catch .tooLarge {
            throw Problem(.contentTooLarge, "At most \(maximumBodyBytes) bytes.")
        }
        do {
            return try JSONDocument(parsing: body).root
        } catch {
            throw Problem(.malformedJSON, "\(error)")
        }
    }
}

extension CreateProduct {
    fileprivate static func reading(_ document: JSONValue) throws(Problem) -> CreateProduct {
        do {
            return try CreateProduct(document)
        } catch {
            throw Problem(error)
        }
    }
}

/// Media types, RFC 9110 section 8.3.1.
enum MediaType {
    static func isJSON(_ header: String) -> Bool {
        let essence = header.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }
}

extension PostgresError {
    /// Postgres cannot answer now, through no fault of the question.
    var isAway: Bool { isConnectionLost || isTransient }
}
