import Events
import HTTPMessages
import HTTPServer
import JSON

/// A problem document (RFC 9457, `application/problem+json`): the answer to a request that fails.
struct Problem: Error, Sendable {
    /// The types of problems, each with its stable name and status.
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
            case .requestTimeout: "The request took too long"
            case .malformedJSON: "The body is not JSON"
            case .unsupportedMediaType: "The media type of the body is not supported"
            case .contentTooLarge: "The body is too large"
            case .invalidDocument: "The document is not valid"
            case .invalidParameter: "A parameter is not valid"
            case .historyTooLong: "The history is too long for one request"
            case .invalidCursor: "The cursor does not belong to this list"
            case .invalidConsistencyToken: "The consistency token is not valid"
            case .idempotencyKeyReused: "The idempotency key belongs to another request"
            case .preconditionFailed: "The product is not in the expected version"
            case .preconditionRequired: "The request must have If-Match"
            case .unsupportedImage: "The image format is not supported"
            case .imageTooLarge: "The image is too large"
            case .invalidImage: "The image is not valid"
            case .tooManyImages: "The product has too many images"
            case .productNotFound: "The product does not exist"
            case .versionNotFound: "The product has no such version"
            case .imageNotFound: "The image does not exist"
            case .userNotFound: "The user does not exist"
            case .operationNotFound: "The operation does not exist"
            case .routeNotFound: "The path does not exist"
            case .methodNotAllowed: "The method is not allowed"
            case .conflict: "The write conflicts with another one"
            case .overloaded: "The service is overloaded"
            case .tooManyRequests: "The client sends too many requests"
            case .consistencyTimeout: "The write of the consistency token is not visible yet"
            case .unavailable: "The service is temporarily unavailable"
            case .internalError: "The service failed unexpectedly"
            }
        }

        /// The fault of every request of this kind: the part of its address that names nothing.
        fileprivate var faults: [Fault] {
            switch self {
            case .productNotFound:
                [Fault(place: .parameter("id"), code: "unknown", detail: "is not the id of a product")]
            case .versionNotFound:
                [Fault(place: .parameter("at_version"), code: "unknown", detail: "is not a version of the product")]
            case .imageNotFound:
                [Fault(place: .parameter("image"), code: "unknown", detail: "is not the id of an image of the product")]
            case .userNotFound: [Fault(place: .parameter("id"), code: "unknown", detail: "is not the id of a user")]
            case .operationNotFound:
                [Fault(place: .parameter("id"), code: "unknown", detail: "is not the id of an operation")]
            default: []
            }
        }

        /// The kind for a request that the HTTP server refuses before a handler sees it.
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

    /// A fault of the request and its place: a JSON pointer into the body, or the name of a parameter.
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
    /// Whether the command may be on the log although the request failed.
    var mayHaveTakenEffect = false
    /// The present content version, if the request expected another one.
    var currentVersion: Int64?

    init(_ kind: Kind, _ detail: String? = nil, faults: [Fault] = [], headers: HTTPHeaders = [:]) {
        self.kind = kind
        self.detail = detail
        self.faults = faults.isEmpty ? kind.faults : faults
        self.headers = headers
    }

    /// 503. Every retriable problem says when to retry, because clients that retry at once make an outage worse.
    static func unavailable(_ detail: String, retryAfter seconds: Int = 1) -> Problem {
        Problem(.unavailable, detail, headers: ["Retry-After": "\(seconds)"])
    }

    /// 412, with the present version.
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
        // A hundred faults are enough for a person. Without a bound, the answer could be many times as long as the
        // request.
        self.init(
            .invalidDocument,
            faults: invalid.faults.prefix(100).map {
                Fault(place: .pointer($0.pointer), code: $0.code.rawValue, detail: $0.detail)
            })
    }

    /// `status` replaces the kind's status where HTTP has a more specific one.
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

    /// Writes all members except the trace id, which belongs to one request.
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
