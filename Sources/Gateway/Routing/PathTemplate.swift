/// The address of a resource with a name for each variable segment: `/products/{id}/images/{image}`.
struct PathTemplate: Sendable {
    private enum Segment: Sendable {
        case literal(String)
        case parameter(String)
    }

    let text: String
    private let segments: [Segment]

    init(_ text: String) {
        self.text = text
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") ? .parameter(String(segment.dropFirst().dropLast())) : .literal(String(segment))
        }
    }

    /// The values of the parameters in `path`, decoded segments; nil if the path does not match.
    func match(_ path: ArraySlice<String>) -> PathParameters? {
        guard path.count == segments.count else { return nil }
        var parameters = PathParameters()
        for (segment, value) in zip(segments, path) {
            switch segment {
            case .literal(let literal): guard literal == value else { return nil }
            case .parameter(let name):
                if value.isEmpty { return nil }
                parameters.values.append((name, value))
            }
        }
        return parameters
    }
}

/// The parts of a path that stand in the places of its template's parameters.
struct PathParameters: Sendable {
    fileprivate(set) var values: [(name: String, value: String)] = []

    /// The value of the parameter, or an empty text if the template has no such parameter.
    subscript(_ name: String) -> String { values.first { $0.name == name }?.value ?? "" }
}
