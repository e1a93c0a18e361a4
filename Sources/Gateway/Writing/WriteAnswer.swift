import Events
import HTTPMessages
import HTTPServer
import JSON

/// The answer to one kind of write. Every answer to a write is assembled here, so that a replay equals the original.
struct WriteAnswer: Sendable {
    /// The status if the write took effect.
    let status: HTTPStatus
    let message: StaticString
    /// Makes the path of the written resource from the number of the product or user and the event.
    let address: @Sendable (Int64, EventID) -> String

    static let productCreated = WriteAnswer(.created, "Product created successfully") { id, _ in "/products/\(id)" }
    static let productUpdated = WriteAnswer(.ok, "Product updated successfully") { id, _ in "/products/\(id)" }
    static let productDeleted = WriteAnswer(.noContent, "") { id, _ in "/products/\(id)" }
    static let imageUploaded = WriteAnswer(.created, "Image uploaded successfully") { id, event in
        "/products/\(id)/images/\(ImageID(askedBy: event, at: 0))"
    }
    static let imageRemoved = WriteAnswer(.noContent, "") { id, _ in "/products/\(id)" }
    static let userCreated = WriteAnswer(.created, "User created successfully") { id, _ in "/users/\(id)" }

    private init(
        _ status: HTTPStatus, _ message: StaticString, address: @escaping @Sendable (Int64, EventID) -> String
    ) {
        self.status = status
        self.message = message
        self.address = address
    }

    func response(
        to write: WriteRequest, _ outcome: WriteOutcome, _ key: SigningKey
    ) throws(Problem) -> HTTPResponse {
        switch outcome {
        case .unchanged(let representation, let token):
            return try accepted(representation, headers(write, token, key))
        case .accepted(let decision, let representation, let isReplay):
            var headers = headers(write, decision.token, key)
            if status == .created { headers["Location"] = write.prefix + address(decision.resource, decision.event) }
            if isReplay { headers["Idempotency-Replayed"] = "true" }
            return try accepted(representation, headers)
        case .pending(let pending):
            return pendingResponse(pending, write.prefix, headers(write, pending.token, key))
        }
    }

    private func headers(_ write: WriteRequest, _ token: ConsistencyToken, _ key: SigningKey) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Consistency-Token": token.text(key: key)]
        headers["Preference-Applied"] = write.preferences.applied
        return headers
    }

    private func accepted(_ representation: Representation?, _ common: HTTPHeaders) throws(Problem) -> HTTPResponse {
        var headers = common
        headers["ETag"] = representation?.entityTag
        if status == .noContent { return HTTPResponse(status, headers: headers) }
        // The product was deleted in the meantime.
        guard let representation else { throw Problem(.productNotFound) }
        headers["Content-Type"] = "application/json"
        let body = JSONWriter.object { json in
            json.key("data")
            json.raw(representation.json)
            json.member("message", message.description)
        }
        return HTTPResponse(status, headers: headers, body: .bytes(body))
    }

    private func pendingResponse(
        _ pending: WriteOutcome.Pending, _ prefix: String, _ common: HTTPHeaders
    ) -> HTTPResponse {
        var headers = common
        headers["Location"] = "\(prefix)/operations/\(pending.command)"
        headers["Content-Type"] = "application/json"
        // A new resource is named for the attempt that took effect, which can be an earlier one.
        let isUnknown = status == .created && pending.isRepeatable
        let resource = isUnknown ? nil : prefix + address(pending.resource, pending.event)
        let body = JSONWriter.object { json in
            json.key("data")
            json.object { json in
                json.member("id", pending.command.text)
                json.member("status", "pending")
                json.member("resource", resource)
            }
            json.member("message", "Accepted and not yet visible")
        }
        return HTTPResponse(.accepted, headers: headers, body: .bytes(body))
    }
}
