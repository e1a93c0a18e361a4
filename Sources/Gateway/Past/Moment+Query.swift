import Events
import History

extension Moment {
    /// Reads the query of `GET /products/{id}?at_version=N` or `?at=TIME`.
    init(_ query: [(name: String, value: String)]) throws(Problem) {
        let parameters = try QueryParameters(query, allowed: ["at", "at_version"])
        switch (parameters["at"], parameters["at_version"]) {
        case (let time?, nil): self = .time(try Self.time(time))
        case (nil, let version?): self = .version(try Self.version(version))
        default: throw .parameter("at", "ambiguous", "must not be given together with at_version")
        }
    }

    static func time(_ text: String) throws(Problem) -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            let detail =
                "must be a time in the format of RFC 3339, such as 2026-11-21T08:30:00Z; write the + of a zone as %2B"
            throw .parameter("at", "invalid-time", detail)
        }
        return time
    }

    private static func version(_ text: String) throws(Problem) -> Int64 {
        guard let version = Int64(text), version > 0, String(version) == text else {
            throw .parameter("at_version", "wrong-type", "must be a positive integer")
        }
        return version
    }
}
