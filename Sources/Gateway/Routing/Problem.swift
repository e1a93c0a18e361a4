import Events
import HTTPMessages
import HTTPServer
import JSON

/// An answer that says what went wrong: RFC 9457, `application/problem+json`.
struct Problem: Error, Sendable {
    /// The kinds of problem, each with its stable name and status.
    enum Kind: String, CaseIterable, Sendable {
        case malformedRequest = "malformed-request"
        case requestTimeout = "request-timeout"
        case malformedJSON = "malformed-json"
        case unsupportedMediaType = "unsupported-media-type"
        case contentTooLarge = "content-too-large"
        case invalidDocument = "invalid-document"
        case invalidParameter = "invalid-parameter"
        case historyTooLong = "history-too-long"
        case invalidCursor = "invalid-cursor"
        case invalidConsistencyToken = "invalid-consistency-token"
        case idempotencyKeyReused = "idempotency-key-reused"
        case preconditionFailed = "precondition-failed"
        case preconditionRequired = "precondition-required"
        case unsupportedImage = "unsupported-image"
        case imageTooLarge = "image-too-large"
        case invalidImage = "invalid-image"
        case tooManyImages = "too-many-images"
        case productNotFound = "product-not-found"
        case versionNotFound = "version-not-found"
        case imageNotFound = "image-not-found"
        case userNotFound = "user-not-found"
        case operationNotFound = "operation-not-found"
        case routeNotFound = "route-not-found"
        case methodNotAllowed = "method-not-allowed"
        case conflict
        case overloaded
        case tooManyRequests = "too-many-requests"
        case consistencyTimeout = "consistency-timeout"
        case unavailable
        case internalError = "internal-error"

        var status: HTTPStatus {
            switch self {
            case .malformedRequest, .malformedJSON, .invalidParameter, .invalidCursor, .invalidConsistencyToken:
                .badRequest
            case .requestTimeout: .requestTimeout
            case .unsupportedMediaType, .unsupportedImage: .unsupportedMediaType
            case .contentTooLarge, .imageTooLarge: .contentTooLarge
            case .invalidDocument, .invalidImage, .idempotencyKeyReused, .historyTooLong: .unprocessableContent
            case .preconditionFailed: .preconditionFailed
            case .preconditionRequired: .preconditionRequired
            case .productNotFound, .versionNotFound, .imageNotFound, .userNotFound, .operationNotFound, .routeNotFound:
                .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .conflict, .tooManyImages: .conflict
            case .tooManyRequests: .tooManyRequests
            case .overloaded, .consistencyTimeout, .unavailable: .serviceUnavailable
            case .internalError: .internalServerError
            }
        }

        var title: String {
            switch self {
            case .malformedRequest: "The request is malformed"
            case .requestTimeout: "The request did not come in time"
            case .malformedJSON: "The body is not JSON"
            case .unsupportedMediaType: "The body's media type is not supported"
            case .contentTooLarge: "The body is too large"
            case .invalidDocument: "The document is not valid"
            case .invalidParameter: "A parameter is not valid"
            case .historyTooLong: "The past is too long to be looked at in one request"
            case .invalidCursor: "The cursor is not one of this list"
            case .invalidConsistencyToken: "The consistency token is not one of ours"
            case .idempotencyKeyReused: "The idempotency key belongs to another request"
            case .preconditionFailed: "The product is not in the version that the request is meant for"
            case .preconditionRequired: "The request has to say which version it is meant for"
            case .unsupportedImage: "Images of this type are not supported"
            case .imageTooLarge: "The image is too large"
            case .invalidImage: "The image is not valid"
            case .tooManyImages: "The product has as many images as it can have"
            case .productNotFound: "There is no such product"
            case .versionNotFound: "The product has no such version"
            case .imageNotFound: "There is no such image"
            case .userNotFound: "There is no such user"
            case .operationNotFound: "There is no such operation"
            case .routeNotFound: "There is nothing at this address"
            case .methodNotAllowed: "The method is not allowed here"
            case .conflict: "The command was refused"
            case .overloaded: "The service has more to do than it can"
            case .tooManyRequests: "This client asks for too much at once"
            case .consistencyTimeout: "The write that the token names is not visible yet"
            case .unavailable: "The service cannot do this at the moment"
            case .internalError: "Something went wrong on our side"
            }
        }

        /// What is wrong with every request of the kind: the part of the address that names nothing.
        fileprivate var faults: [Fault] {
            switch self {
            case .productNotFound: [Fault(place: .parameter("id"), code: "unknown", detail: "names no product")]
            case .versionNotFound:
                [Fault(place: .parameter("at_version"), code: "unknown", detail: "names no version of the product")]
            case .imageNotFound:
                [Fault(place: .parameter("image"), code: "unknown", detail: "names no image of the product")]
            case .userNotFound: [Fault(place: .parameter("id"), code: "unknown", detail: "names no user")]
            case .operationNotFound: [Fault(place: .parameter("id"), code: "unknown", detail: "names no operation")]
            default: []
            }
        }

        /// For what the server refuses before it is a request of ours.
        init(refusal status: HTTPStatus) {
            self =
                switch status {
                case .requestTimeout: .requestTimeout
                case .contentTooLarge: .contentTooLarge
                case .tooManyRequests: .tooManyRequests
                case .serviceUnavailable: .overloaded
                case .internalServerError: .internalError
                default: .malformedRequest
                }
        }

        /// Whether the same request may succeed later.
        var isRetriable: Bool {
            switch self {
            case .requestTimeout, .overloaded, .tooManyRequests, .consistencyTimeout, .unavailable, .internalError: true
            default: false
            }
        }
    }

    /// One thing that is wrong, and where: a JSON pointer into the body, or a parameter's name.
    struct Fault: Sendable {
        enum Place: Sendable {
            case pointer(String)
            case parameter(String)
        }

        let place: Place
        let code: String
        let detail: String
    }

    let kind: Kind
    var detail: String?
    var faults: [Fault] = []
    var headers: HTTPHeaders = [:]
    /// The command that could not be answered may be on the log in spite of that.
    var mayHaveTakenEffect = false
    /// The content version that is there, where the request was meant for another.
    var currentVersion: Int64?

    init(_ kind: Kind, _ detail: String? = nil, faults: [Fault] = [], headers: HTTPHeaders = [:]) {
        self.kind = kind
        self.detail = detail
        self.faults = faults.isEmpty ? kind.faults : faults
        self.headers = headers
    }

    /// Every retriable problem says when: a client that comes back at once makes an outage worse.
    static func unavailable(_ detail: String, retryAfter seconds: Int = 1) -> Problem {
        Problem(.unavailable, detail, headers: ["Retry-After": "\(seconds)"])
    }

    /// 412, with the version that won.
    static func preconditionFailed(version: Int64, mediaRevision: Int64) -> Problem {
        var problem = Problem(
            .preconditionFailed, "The product is at version \(version).",
            headers: ["ETag": ProductDocument.entityTag(version: version, mediaRevision: mediaRevision)])
        problem.currentVersion = version
        return problem
    }

    static func parameter(_ name: String, _ code: String, _ detail: String) -> Problem {
        Problem(.invalidParameter, faults: [Fault(place: .parameter(name), code: code, detail: detail)])
    }

    init(_ invalid: InvalidDocument) {
        // Enough for a person; an answer is not to be many times as long as what it is about.
        self.init(
            .invalidDocument,
            faults: invalid.faults.prefix(100).map {
                Fault(place: .pointer($0.pointer), code: $0.code.rawValue, detail: $0.detail)
            })
    }

    /// `status` is another one than the kind's where HTTP has a word of its own for it.
    func response(_ status: HTTPStatus? = nil, traceID: String) -> HTTPResponse {
        let status = status ?? kind.status
        let body = JSONWriter.object { json in
            writeMembers(status, to: &json)
            json.member("trace_id", traceID)
        }
        var headers = headers
        headers.add("Content-Type", "application/problem+json")
        return HTTPResponse(status, headers: headers, body: .bytes(body))
    }

    /// All but what belongs to one request.
    func writeMembers(_ status: HTTPStatus? = nil, to json: inout JSONWriter) {
        json.member("type", "urn:warelog:problem:\(kind.rawValue)")
        json.member("title", kind.title)
        json.member("status", (status ?? kind.status).code)
        if let detail { json.member("detail", detail) }
        if let currentVersion { json.member("current_version", currentVersion) }
        if !faults.isEmpty {
            json.key("errors")
            json.array(faults) { $1.write(to: &$0) }
        }
        json.member("retriable", kind.isRetriable)
    }
}

extension Problem.Fault {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            switch place {
            case .pointer(let pointer): json.member("pointer", pointer)
            case .parameter(let name): json.member("parameter", name)
            }
            json.member("code", code)
            json.member("detail", detail)
        }
    }
}
