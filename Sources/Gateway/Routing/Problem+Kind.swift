import HTTPMessages

extension Problem {
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
        case refused
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
            case .conflict, .refused, .tooManyImages: .conflict
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
            case .refused: "The write has no effect"
            case .overloaded: "The service is overloaded"
            case .tooManyRequests: "The client sends too many requests"
            case .consistencyTimeout: "The write of the consistency token is not visible yet"
            case .unavailable: "The service is temporarily unavailable"
            case .internalError: "The service failed unexpectedly"
            }
        }

        /// The fault of every request of this kind: the part of its address that names nothing.
        var faults: [Fault] {
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
}
