import Postgres

/// The parameters of a statement that is assembled from parts.
struct StatementParameters {
    private(set) var values: [PostgresValue] = []

    /// Adds the value and returns its placeholder with its type.
    mutating func bind(_ value: PostgresValue, _ type: String) -> String {
        values.append(value)
        return "$\(values.count)::\(type)"
    }
}
