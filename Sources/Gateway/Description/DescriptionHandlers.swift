import Cryptography
import HTTPMessages
import HTTPServer

/// `GET /openapi.json` and `GET /docs`: the description of the API, for programs and for people. The build makes both.
struct DescriptionHandlers: Sendable {
    private let document: StaticDocument
    private let page: StaticDocument

    /// The page may use its own style sheet and nothing else.
    private static let policy = """
        default-src 'none'; style-src '\(descriptionPageStyle)'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'
        """

    init() {
        document = StaticDocument(openAPIDescription, headers: ["Content-Type": "application/json"])
        page = StaticDocument(
            descriptionPage,
            headers: ["Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": Self.policy])
    }

    /// `GET /openapi.json`
    func showDocument(_ request: HTTPRequest) throws -> RoutedResponse { try document.answer(request) }

    /// `GET /docs`
    func showPage(_ request: HTTPRequest) throws -> RoutedResponse { try page.answer(request) }
}

/// A document that is compiled into the gateway.
private struct StaticDocument: Sendable {
    private let bytes: [UInt8]
    private let entityTag: String
    private let headers: HTTPHeaders

    init(_ text: StaticString, headers: HTTPHeaders) {
        bytes = text.withUTF8Buffer { Array($0) }
        self.headers = headers
        entityTag = "\"\(SHA256.hex(bytes))\""
    }

    func answer(_ request: HTTPRequest) throws(Problem) -> RoutedResponse {
        try request.refuseParameters()
        let validity: HTTPHeaders = ["ETag": entityTag]
        if try Preconditions(request.headers).ifNoneMatch?.matchesWeakly(entityTag) == true {
            return RoutedResponse(HTTPResponse(.notModified, headers: validity))
        }
        return RoutedResponse(
            HTTPResponse(.ok, headers: HTTPHeaders(headers.fields + validity.fields), body: .bytes(bytes)))
    }
}
