import Events
import HTTPMessages
import HTTPServer
import JSON

/// The answers of writes, put together in one place, so that a replay is the original.
struct WriteAnswer: Sendable {
    let write: WriteRequest
    let key: SigningKey

    /// The command took effect, now or, for a replay, before. `document` is nil for what has no body.
    func accepted(
        _ status: HTTPStatus, _ message: StaticString, document: [UInt8]?, location: String? = nil,
        entityTag: String?, token: ConsistencyToken, isReplay: Bool = false
    ) -> HTTPResponse {
        var headers = common(token)
        headers["Location"] = location
        headers["ETag"] = entityTag
        if isReplay { headers["Idempotency-Replayed"] = "true" }
        guard let document else { return HTTPResponse(status, headers: headers) }
        headers["Content-Type"] = "application/json"
        return HTTPResponse(
            status, headers: headers,
            body: .bytes(
                JSONWriter.object { json in
                    json.key("data")
                    json.raw(document)
                    json.member("message", message.description)
                }))
    }

    /// The event is on the log; what the fold makes of it is not known yet. `resource` is what it is about.
    func pending(_ command: CommandID, resource: String?, token: ConsistencyToken) -> HTTPResponse {
        var headers = common(token)
        headers["Location"] = "/operations/\(command)"
        headers["Content-Type"] = "application/json"
        return HTTPResponse(
            .accepted, headers: headers,
            body: .bytes(
                JSONWriter.object { json in
                    json.key("data")
                    json.object { json in
                        json.member("id", command.text)
                        json.member("status", "pending")
                        json.member("resource", resource)
                    }
                    json.member("message", "Accepted, not yet visible")
                }))
    }

    private func common(_ token: ConsistencyToken) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Consistency-Token": token.text(key: key)]
        headers["Preference-Applied"] = write.preferences.applied
        return headers
    }
}
