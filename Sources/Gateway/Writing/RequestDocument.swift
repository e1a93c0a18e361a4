import HTTPMessages
import HTTPServer
import JSON

/// The JSON body of a request.
struct RequestDocument: Sendable {
    let bytes: [UInt8]
    let root: JSONValue

    /// Throws if the media type is not supported, the body is too large, or the body is not JSON.
    static func read(_ request: HTTPRequest, upTo limit: Int) async throws -> RequestDocument {
        if let type = request.headers["Content-Type"], !MediaType.isJSON(type) {
            throw Problem(
                .unsupportedMediaType, "The supported media type is application/json.",
                headers: ["Accept": "application/json"])
        }
        if let coding = request.headers.list("Content-Encoding"), coding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, "Content codings are not supported.",
                headers: ["Accept-Encoding": "identity"])
        }
        let bytes: [UInt8]
        do {
            bytes = try await request.body.collect(upTo: limit)
        } catch .tooLarge {
            throw Problem(.contentTooLarge, "The limit is \(limit) bytes.")
        }
        do {
            return RequestDocument(bytes: bytes, root: try JSONDocument(parsing: bytes, loneSurrogatesAsNUL: true).root)
        } catch {
            throw Problem(.malformedJSON, "\(error)")
        }
    }
}

/// Media types (RFC 9110 section 8.3.1).
enum MediaType {
    static func isJSON(_ header: String) -> Bool {
        let essence = header.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }
}
