import HTTPServer

/// The query parameters of a request: each is known to the resource and given at most once.
struct QueryParameters: Sendable {
    private var values: [String: String] = [:]

    init(_ query: [(name: String, value: String)], allowed: Set<String>) throws(Problem) {
        for (name, value) in query {
            guard allowed.contains(name) else {
                throw .parameter(name, "unknown-parameter", "is not a parameter of this path")
            }
            guard values[name] == nil else { throw .parameter(name, "repeated", "must be given only once") }
            values[name] = value
        }
    }

    /// The parameters without those that have an empty value, which a form sends for an empty field.
    var withoutEmpty: QueryParameters {
        var parameters = self
        parameters.values = values.filter { !$0.value.isEmpty }
        return parameters
    }

    subscript(_ name: String) -> String? { values[name] }
}
