import Cryptography
import EventLog
import Events
import HTTPMessages
import HTTPServer
import Postgres

/// The writes to `/products`: each becomes one event, and what the fold makes of it becomes the answer.
struct ProductWriteHandlers: Sendable {
    let parts: WriteParts
    let ids: IDLease<Product>
    let users: UserDirectory
    let uploads: ImageUploads

    /// `POST /products`
    func create(_ request: HTTPRequest, _ trace: TraceContext) async throws -> Answer {
        try request.refuseParameters()
        let write = try WriteRequest(request, trace)
        let body = try await RequestDocument.read(request, upTo: parts.maximumBodyBytes)
        let command = try valid { () throws(InvalidDocument) in try CreateProduct(body.root) }
        guard try await users.isKnown(command.userID, parts.pool) else {
            throw Problem(InvalidDocument([FieldFault("/user_id", .unknownUser, "names no user")]))
        }
        let (submission, earlier) = try await parts.submission(write, .user(command.userID), content: body.bytes)
        if let earlier { return created(write, earlier, document: earlier.document, isReplay: true) }
        guard let id = await ids.next(for: submission.idempotency) else {
            throw Problem.unavailable("No id can be given to a new product at the moment.")
        }
        let result = try await parts.log.append(command.decide(id), submission, expecting: nil)
        switch result.outcome {
        case .accepted(let decision, let isReplay):
            var product: Product?
            _ = Product.evolve(&product, result.recorded)
            return created(
                write, decision, document: decision.document ?? product.map { ProductDocument($0).json },
                isReplay: isReplay)
        case .refused(_, let problem):
            throw problem
        case .pending:
            let answer = WriteAnswer(write: write, key: parts.key)
            return Answer(
                answer.pending(submission.command, resource: "/products/\(id)", token: result.token), productID: id)
        }
    }

    private func created(
        _ write: WriteRequest, _ decision: Decision, document: [UInt8]?, isReplay: Bool
    ) -> Answer {
        Answer(
            WriteAnswer(write: write, key: parts.key).accepted(
                .created, "Product created successfully", document: document, location: decision.location,
                entityTag: decision.entityTag, token: decision.token, isReplay: isReplay),
            productID: ProductID(decision.resource))
    }

    /// `PUT /products/{id}`
    func replace(_ request: HTTPRequest, id: String, _ trace: TraceContext) async throws -> Answer {
        try await edit(request, id, trace, isWhole: true) { body, product throws(InvalidDocument) in
            try EditProduct(replacing: body.root, of: product)
        }
    }

    /// `PATCH /products/{id}`: a JSON Merge Patch, RFC 7396.
    func merge(_ request: HTTPRequest, id: String, _ trace: TraceContext) async throws -> Answer {
        try await edit(request, id, trace, isWhole: false) { body, product throws(InvalidDocument) in
            try EditProduct(merging: body.root, into: product)
        }
    }

    /// `isWhole`: the edit is of all fields, so that two of them must not be mixed.
    private func edit(
        _ request: HTTPRequest, _ text: String, _ trace: TraceContext, isWhole: Bool,
        _ read: (RequestDocument, Product?) throws(InvalidDocument) -> EditProduct
    ) async throws -> Answer {
        try request.refuseParameters()
        let write = try WriteRequest(request, trace)
        let body = try await RequestDocument.read(request, upTo: parts.maximumBodyBytes)
        let change = try change(text)
        let outcome = try await change.run(write, content: body.bytes) { product in
            let edit = try valid { () throws(InvalidDocument) in try read(body, product) }
            guard let product else { return .init(event: .updated(edit.decide(unseen: change.id))) }
            let updated = edit.decide(product)
            return .init(
                event: .updated(updated), isEmpty: updated.isEmpty, needsState: isWhole || updated.images != nil)
        }
        return try answer(write, change.id, outcome, .ok, "Product updated successfully")
    }

    /// `DELETE /products/{id}`
    func delete(_ request: HTTPRequest, id: String, _ trace: TraceContext) async throws -> Answer {
        try request.refuseParameters()
        let write = try WriteRequest(request, trace)
        let change = try change(id)
        let outcome = try await change.run(write, content: []) { _ in
            .init(event: .deleted(ProductDeleted(productID: change.id)))
        }
        return try answer(write, change.id, outcome, .noContent, "")
    }

    /// `DELETE /products/{id}/images/{image}`
    func removeImage(_ request: HTTPRequest, id: String, image: String, _ trace: TraceContext) async throws -> Answer {
        try request.refuseParameters()
        let write = try WriteRequest(request, trace)
        let change = try change(id)
        let outcome = try await change.run(write, content: []) { product in
            if let product, !product.images.contains(where: { $0.id.text == image }) { throw Problem(.imageNotFound) }
            return .init(event: .imageRemoved(ProductImageRemoved(productID: change.id, image: ImageID(image))))
        }
        return try answer(write, change.id, outcome, .noContent, "")
    }

    func change(_ text: String) throws(Problem) -> ProductChange {
        guard let id = ProductID(text) else { throw Problem(.productNotFound) }
        return ProductChange(parts: parts, id: id)
    }

    /// No content is answered without a body, whatever the document is. `location` is where what an event made is found,
    /// when it made something.
    func answer(
        _ write: WriteRequest, _ id: ProductID, _ outcome: ProductChange.Outcome, _ status: HTTPStatus,
        _ message: StaticString, location: (EventID) -> String? = { _ in nil }
    ) throws(Problem) -> Answer {
        let answer = WriteAnswer(write: write, key: parts.key)
        let isBodiless = status == .noContent
        let response: HTTPResponse
        switch outcome {
        case .unchanged(let state):
            let document = ProductDocument(state.product)
            response = answer.accepted(
                status, message, document: isBodiless ? nil : document.json, entityTag: document.entityTag,
                token: ConsistencyToken(.products, state.position))
        case .changed(let decision, let document, let isReplay):
            // Somebody deleted it since.
            if document == nil, !isBodiless { throw Problem(.productNotFound) }
            response = answer.accepted(
                status, message, document: isBodiless ? nil : document?.json, location: location(decision.event),
                entityTag: document?.entityTag, token: decision.token, isReplay: isReplay)
        case .pending(let command, let event, let token):
            response = answer.pending(command, resource: location(event) ?? "/products/\(id)", token: token)
        }
        return Answer(response, productID: id)
    }
}

/// An invalid document is a problem of the request's.
func valid<Value>(_ read: () throws(InvalidDocument) -> Value) throws(Problem) -> Value {
    do {
        return try read()
    } catch {
        throw Problem(error)
    }
}
