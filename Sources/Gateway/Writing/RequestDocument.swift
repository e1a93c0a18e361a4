import HTTPMessages
import HTTPServer
import JSON
import MultipartForm

/// The JSON body of a request.
struct RequestDocument: Sendable {
    let root: JSONValue

    /// The media type of a whole document.
    static let mediaTypes = ["application/json"]
    /// The media types of a JSON Merge Patch (RFC 7396). Clients that know no other type for JSON send the second one.
    static let patchMediaTypes = ["application/merge-patch+json", "application/json"]

    /// Throws if the media type is none of `mediaTypes`, the body is too large, or the body is not JSON. A body without
    /// a media type is taken for one of the first.
    static func read(
        _ request: HTTPRequest, as mediaTypes: [String] = mediaTypes, upTo limit: Int
    ) async throws -> RequestDocument {
        if let type = request.headers["Content-Type"], !mediaTypes.contains(HeaderParameters.essence(of: type)) {
            throw Problem.unsupportedMediaType(request.method, mediaTypes)
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
            return RequestDocument(root: try JSONDocument(parsing: bytes, loneSurrogatesAsNUL: true).root)
        } catch {
            throw Problem(.malformedJSON, "\(error)")
        }
    }
}

extension Problem {
    /// 415, with the supported media types: in `Accept`, and where clients look for them before they send a body.
    static func unsupportedMediaType(_ method: HTTPMethod, _ supported: [String]) -> Problem {
        let list = supported.joined(separator: ", ")
        let sentence = supported.count == 1 ? "The supported media type is" : "The supported media types are"
        var problem = Problem(.unsupportedMediaType, "\(sentence) \(list).", headers: ["Accept": list])
        if let name = acceptField(method) { problem.headers[name] = list }
        return problem
    }

    /// The field that names the media types for the bodies of a method (RFC 5789, Linked Data Platform 1.0); nil if
    /// there is none for the method.
    static func acceptField(_ method: HTTPMethod) -> String? {
        switch method {
        case .patch: "Accept-Patch"
        case .post: "Accept-Post"
        default: nil
        }
    }
}
