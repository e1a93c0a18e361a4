/// A status code (RFC 9110 section 15 and RFC 6585).
package struct HTTPStatus: Hashable, Sendable {
    package let code: Int
    package init(_ code: Int) { self.code = code }

    package static let ok = HTTPStatus(200)
    package static let created = HTTPStatus(201)
    package static let accepted = HTTPStatus(202)
    package static let noContent = HTTPStatus(204)
    package static let found = HTTPStatus(302)
    package static let notModified = HTTPStatus(304)
    package static let badRequest = HTTPStatus(400)
    package static let forbidden = HTTPStatus(403)
    package static let notFound = HTTPStatus(404)
    package static let methodNotAllowed = HTTPStatus(405)
    package static let requestTimeout = HTTPStatus(408)
    package static let conflict = HTTPStatus(409)
    package static let gone = HTTPStatus(410)
    package static let preconditionFailed = HTTPStatus(412)
    package static let contentTooLarge = HTTPStatus(413)
    package static let unsupportedMediaType = HTTPStatus(415)
    package static let unprocessableContent = HTTPStatus(422)
    package static let preconditionRequired = HTTPStatus(428)
    package static let tooManyRequests = HTTPStatus(429)
    package static let headerFieldsTooLarge = HTTPStatus(431)
    package static let internalServerError = HTTPStatus(500)
    package static let serviceUnavailable = HTTPStatus(503)

    package var isSuccess: Bool { (200..<300).contains(code) }
    /// Whether it is one of the five statuses that redirect.
    package var isRedirect: Bool { [301, 302, 303, 307, 308].contains(code) }
}

extension HTTPStatus: CustomStringConvertible {
    package var description: String { String(code) }
}
