import Events
import HTTPServer
import History

extension ProductWriteHandlers {
    /// `POST /products/{id}/images`: the body is one image, raw or in a form.
    func uploadImage(_ request: HTTPRequest, id text: String, _ trace: TraceContext) async throws -> RoutedResponse {
        let write = try await parts.accept(request, trace)
        let change = try change(text)
        let file = try UploadedFile(request, upTo: uploads.maximumBytes)
        try await refuseEarly(write, change)
        let image = try await uploads.take(file)
        let outcome = try await append(image, write, change)
        return try answer(write, .imageUploaded, outcome, change.id)
    }

    /// Throws before the body is read if the write will certainly be refused.
    private func refuseEarly(_ write: WriteRequest, _ change: ProductChange) async throws {
        guard let state = try await change.state(write) else { return }
        // A request that took effect before gets its original answer, whatever the present state of the product is.
        if let idempotency = write.idempotency,
            try await write.reads.spend({ deadline in
                try await idempotency.isUsed(.product(change.id), parts.key, parts.pool, within: deadline)
            })
        {
            return
        }
        _ = try change.check(write, state)
        try Self.checkRoom(state.product)
    }

    private static func checkRoom(_ product: Product) throws(Problem) {
        guard product.images.count < ProductField.maximumImages else { throw Problem(.tooManyImages) }
    }

    /// Records the image on the log. The image stays stored if an event names it or may do so; otherwise it is
    /// discarded.
    private func append(
        _ image: ImageUploads.Stored, _ write: WriteRequest, _ change: ProductChange
    ) async throws -> WriteOutcome {
        var mayBeOnLog = false
        do {
            let outcome = try await change.run(write, content: Array(image.digest.utf8)) { product in
                if let product { try Self.checkRoom(product) }
                mayBeOnLog = true
                return .init(event: .imageUploaded(image.uploaded(to: change.id, of: product?.userID)))
            }
            if case .accepted(_, _, isReplay: true) = outcome { await uploads.discard(image) }
            return outcome
        } catch {
            if let problem = error as? Problem, !problem.mayHaveTakenEffect { mayBeOnLog = false }
            if !mayBeOnLog { await uploads.discard(image) }
            throw error
        }
    }
}
