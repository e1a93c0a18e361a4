import Cryptography
import EventLog
import Events
import HTTPMessages
import HTTPServer
import JSON
import Postgres

/// The writes to `/products`. Each becomes one event, and the fold's decision on it becomes the answer.
struct ProductWriteHandlers: Sendable {
    let parts: WriteParts
    let ids: IDLease<Product>
    let users: UserDirectory
    let uploads: ImageUploads

    /// `POST /products`
    func create(_ request: HTTPRequest, _ trace: TraceContext) async throws -> RoutedResponse {
        let write = try await parts.accept(request, trace)
        let body = try await RequestDocument.read(request, upTo: parts.maximumBodyBytes)
        let command = try translatingDocumentFaults { () throws(InvalidDocument) in
            try CreateProduct(body.root, imageURL: ImageURL.parse)
        }
        let isKnown = try await write.reads.spend { deadline in
            try await users.isKnown(command.userID, parts.pool, within: deadline)
        }
        guard isKnown else {
            throw Problem(InvalidDocument([FieldFault("/user_id", .unknownUser, "is not the id of a user")]))
        }
        let outcome = try await parts.create(write, .user(command.userID), content: body.root.canonical, ids) {
            id, submission in
            try await parts.log.append(command.decide(id), submission, expecting: nil)
        } represent: { created in
            var product: Product?
            _ = Product.evolve(&product, created)
            return product.map { Representation($0) }
        }
        return try answer(write, .productCreated, outcome)
    }

    /// `PUT /products/{id}`
    func replace(_ request: HTTPRequest, id: String, _ trace: TraceContext) async throws -> RoutedResponse {
        try await edit(request, id, trace, isWhole: true) { body, product throws(InvalidDocument) in
            try EditProduct(replacing: body.root, of: product, imageURL: ImageURL.parse)
        }
    }

    /// `PATCH /products/{id}`: the body is a JSON Merge Patch (RFC 7396).
    func merge(_ request: HTTPRequest, id: String, _ trace: TraceContext) async throws -> RoutedResponse {
        try await edit(request, id, trace, isWhole: false) { body, product throws(InvalidDocument) in
            try EditProduct(merging: body.root, into: product, imageURL: ImageURL.parse)
        }
    }

    /// `isWhole` means that the edit sets all fields, so that two concurrent edits must not be mixed.
    private func edit(
        _ request: HTTPRequest, _ text: String, _ trace: TraceContext, isWhole: Bool,
        _ read: (RequestDocument, Product?) throws(InvalidDocument) -> EditProduct
    ) async throws -> RoutedResponse {
        let write = try await parts.accept(request, trace)
        let types = isWhole ? RequestDocument.mediaTypes : RequestDocument.patchMediaTypes
        let body = try await RequestDocument.read(request, as: types, upTo: parts.maximumBodyBytes)
        let change = try change(text)
        let outcome = try await change.run(write, content: body.root.canonical) { product in
            let edit = try translatingDocumentFaults { () throws(InvalidDocument) in try read(body, product) }
            guard let product else { return .init(event: .updated(edit.decide(unseen: change.id))) }
            let updated = edit.decide(product)
            return .init(
                event: .updated(updated), isEmpty: updated.isEmpty, needsState: isWhole || updated.images != nil)
        }
        return try answer(write, .productUpdated, outcome, change.id)
    }

    /// `DELETE /products/{id}`
    func delete(_ request: HTTPRequest, id: String, _ trace: TraceContext) async throws -> RoutedResponse {
        let write = try await parts.accept(request, trace)
        let change = try change(id)
        let outcome = try await change.run(write, content: []) { _ in
            .init(event: .deleted(ProductDeleted(productID: change.id)))
        }
        return try answer(write, .productDeleted, outcome, change.id)
    }

    /// `DELETE /products/{id}/images/{image}`
    func removeImage(_ request: HTTPRequest, id: String, image: String, _ trace: TraceContext) async throws
        -> RoutedResponse
    {
        let write = try await parts.accept(request, trace)
        let change = try change(id)
        let outcome = try await change.run(write, content: []) { product in
            if let product, !product.images.contains(where: { $0.id.text == image }) { throw Problem(.imageNotFound) }
            return .init(event: .imageRemoved(ProductImageRemoved(productID: change.id, image: ImageID(image))))
        }
        return try answer(write, .imageRemoved, outcome, change.id)
    }

    func change(_ text: String) throws(Problem) -> ProductChange {
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        return ProductChange(parts: parts, id: id)
    }

    func answer(
        _ write: WriteRequest, _ answer: WriteAnswer, _ outcome: WriteOutcome, _ id: ProductID? = nil
    ) throws(Problem) -> RoutedResponse {
        RoutedResponse(
            try answer.response(to: write, outcome, parts.key),
            productID: id ?? outcome.resource.flatMap { ProductID($0) })
    }
}
