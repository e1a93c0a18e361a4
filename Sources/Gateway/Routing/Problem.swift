import Events
import HTTPMessages
import HTTPServer
import JSON

/// A problem document (RFC 9457, `application/problem+json`): the answer to a request that fails.
struct Problem: Error, Sendable {
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
