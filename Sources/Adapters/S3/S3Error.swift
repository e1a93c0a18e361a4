import HTTPClient
import HTTPMessages

/// A call to the object store that did not do what was asked. Holds no credentials.
package struct S3Error: Error, Equatable {
    package enum Reason: Sendable, Equatable {
        /// There is no such object, or bucket.
        case notFound
        /// The credentials or the signature were not accepted.
        case denied
        /// The server cannot do this at all.
        case notSupported
        /// The key or the hash given does not have the form it must have.
        case invalidKey, invalidHash
        /// What the server has stored is not what was sent.
        case altered
        /// No answer.
        case transfer(HTTPClientError)
        /// Any other answer.
        case refused
    }

    package let reason: Reason
    package let status: HTTPStatus?
    /// S3's own name for the error, as `NoSuchKey`.
    package let code: String?
    /// What the server's operator can find it by.
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
    /// Whether the same call may well succeed later.
    package var isRetriable: Bool {
        switch reason {
        case .transfer(let error): error.isRetriable
        case .refused:
            // 409 OperationAborted: another operation on the same thing is in progress.
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
            case .altered: "what was stored is not what was sent"
            case .transfer(let error): error.description
            case .refused: "refused"
            }
        if let status { text += " (status \(status)\(code.map { ", \($0)" } ?? ""))" }
        if let requestID { text += " [request \(requestID)]" }
        return text
    }
}
