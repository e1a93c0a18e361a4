import Cryptography
import HTTPMessages
import HTTPServer
import JSON

/// `GET /openapi.json` and `GET /docs`: what this API is, for programs and for people. Both are made once.
struct DescriptionHandlers: Sendable {
    private let document: StaticDocument
    private let page: StaticDocument

    /// Throws when the document that is compiled in is no JSON.
    init() throws(JSONError) {
        let text = openAPIDescription.withUTF8Buffer { Array($0) }
        document = StaticDocument(text, headers: ["Content-Type": "application/json"])
        page = StaticDocument(
            Array(DescriptionPage(try JSONDocument(parsing: text).root).html.utf8),
            headers: [
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            ])
    }

    /// `GET /openapi.json`
    func showDocument(_ request: HTTPRequest) throws -> Answer { try document.answer(request) }

    /// `GET /docs`
    func showPage(_ request: HTTPRequest) throws -> Answer { try page.answer(request) }
}

/// Bytes that stay the same for as long as the process runs.
private struct StaticDocument: Sendable {
    private let bytes: [UInt8]
    private let entityTag: String
    private let headers: HTTPHeaders

    init(_ bytes: [UInt8], headers: HTTPHeaders) {
        self.bytes = bytes
        self.headers = headers
        entityTag = "\"\(SHA256.hex(bytes))\""
    }

    func answer(_ request: HTTPRequest) throws(Problem) -> Answer {
        try request.refuseParameters()
        let validity: HTTPHeaders = ["ETag": entityTag]
        if try Preconditions(request.headers).ifNoneMatch?.matchesWeakly(entityTag) == true {
            return Answer(HTTPResponse(.notModified, headers: validity))
        }
        return Answer(HTTPResponse(.ok, headers: HTTPHeaders(headers.fields + validity.fields), body: .bytes(bytes)))
    }
}
