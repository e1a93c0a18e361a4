package import HTTPClient
package import HTTPMessages

/// A failed request to the object store. Contains no credentials.
package struct S3Error: Error, Equatable {
    package enum Reason: Sendable, Equatable {
        /// The object or the bucket does not exist.
        case notFound
        /// The server did not accept the credentials or the signature.
        case denied
        /// The server does not support the request.
        case notSupported
        /// The given key or hash is malformed.
        case invalidKey, invalidHash
        /// The server stored other bytes than were sent.
        case altered
        /// The request got no response.
        case transfer(HTTPClientError)
        /// The server answered with any other error.
        case refused
    }

    package let reason: Reason
    package let status: HTTPStatus?
    /// S3's name of the error, such as `NoSuchKey`.
    package let code: String?
    /// The id by which the server's operator can find the request.
    package let requestID: String?

    init(_ reason: Reason, status: HTTPStatus? = nil, code: String? = nil, requestID: String? = nil) {
        self.reason = reason
        self.status = status
        self.code = code
        self.requestID = requestID
    }

    init(_ response: HTTPClientResponse) {
        let document = XMLDocument(response.body)
        let reason: Reason =
            switch (response.status.code, document["Code"]) {
            case (404, _): .notFound
            case (401, _), (403, _): .denied
            case (501, _), (405, _), (_, "NotImplemented"?), (_, "MethodNotAllowed"?): .notSupported
            default: .refused
            }
        self.init(
            reason, status: response.status, code: document["Code"],
            requestID: response.headers["x-amz-request-id"] ?? document["RequestId"])
    }
}

extension S3Error: CustomStringConvertible {
    /// Whether the same call may succeed later.
    package var isRetriable: Bool {
        switch reason {
        case .transfer(let error): error.isRetriable
        case .refused:
            // 409 OperationAborted: another operation on the same object is in progress.
            (status?.code ?? 0) >= 500 || [408, 429].contains(status?.code) || code == "OperationAborted"
                || code == "RequestTimeout" || code == "SlowDown"
        case .altered: true
        case .notFound, .denied, .notSupported, .invalidKey, .invalidHash: false
        }
    }

    package var description: String {
        var text =
            switch reason {
            case .notFound: "not found"
            case .denied: "access denied"
            case .notSupported: "not supported by the server"
            case .invalidKey: "invalid object key"
            case .invalidHash: "not a SHA-256 in lower-case hexadecimal"
            case .altered: "the server stored other bytes than were sent"
            case .transfer(let error): error.description
            case .refused: "refused"
            }
        if let status { text += " (status \(status)\(code.map { ", \($0)" } ?? ""))" }
        if let requestID { text += " [request \(requestID)]" }
        return text
    }
}
