import HTTPServer

/// The parameters of a request, each given once at most, and none but those that its resource has.
struct QueryParameters: Sendable {
    private var values: [String: String] = [:]

    init(_ query: [(name: String, value: String)], allowed: Set<String>) throws(Problem) {
        for (name, value) in query {
            guard allowed.contains(name) else {
                throw .parameter(name, "unknown-parameter", "is not a parameter here")
            }
            guard values[name] == nil else { throw .parameter(name, "repeated", "must be given once") }
            values[name] = value
        }
    }

    /// With what has no value taken for what is not there: that is what a form with an empty field sends.
    var withoutEmpty: QueryParameters {
        var parameters = self
        parameters.values = values.filter { !$0.value.isEmpty }
        return parameters
    }

    subscript(_ name: String) -> String? { values[name] }
}
