import Postgres

/// The parameters of a statement that is put together.
struct StatementParameters {
    private(set) var values: [PostgresValue] = []

    /// What stands for the value in the statement.
    mutating func bind(_ value: PostgresValue, _ type: String) -> String {
        values.append(value)
        return "$\(values.count)::\(type)"
    }
}
