/// One row of a result: a view, not a copy.
///
/// The accessors throw an error that names the column if there is no such column, if it is NULL where a value is
/// needed, or if its value has another form. None of them traps.
package struct PostgresRow: Sendable {
    let storage: ResultStorage
    let index: Int

    package func isNull(_ column: PostgresColumn) throws(PostgresError) -> Bool {
        try storage.value(index, position(column)) == nil
    }

    package func optionalText(_ column: PostgresColumn) throws(PostgresError) -> String? {
        try storage.value(index, position(column)).map { String(decoding: $0, as: UTF8.self) }
    }

    package func optionalInt(_ column: PostgresColumn) throws(PostgresError) -> Int64? {
        try decode(column, "an integer", TextFormat.int)
    }

    package func optionalBool(_ column: PostgresColumn) throws(PostgresError) -> Bool? {
        try decode(column, "a boolean", TextFormat.bool)
    }

    package func optionalDouble(_ column: PostgresColumn) throws(PostgresError) -> Double? {
        try decode(column, "a number") { Double(String(decoding: $0, as: UTF8.self)) }
    }

    package func optionalBytes(_ column: PostgresColumn) throws(PostgresError) -> [UInt8]? {
        try decode(column, "a bytea", TextFormat.bytes)
    }

    package func optionalTextArray(_ column: PostgresColumn) throws(PostgresError) -> [String?]? {
        try decode(column, "an array", PostgresArray.parse)
    }

    package func optionalIntArray(_ column: PostgresColumn) throws(PostgresError) -> [Int64?]? {
        try decode(column, "an array of integers", TextFormat.intArray)
    }

    package func text(_ column: PostgresColumn) throws(PostgresError) -> String {
        try present(optionalText(column), column)
    }

    package func int(_ column: PostgresColumn) throws(PostgresError) -> Int64 {
        try present(optionalInt(column), column)
    }

    package func bool(_ column: PostgresColumn) throws(PostgresError) -> Bool {
        try present(optionalBool(column), column)
    }

    package func double(_ column: PostgresColumn) throws(PostgresError) -> Double {
        try present(optionalDouble(column), column)
    }

    package func bytes(_ column: PostgresColumn) throws(PostgresError) -> [UInt8] {
        try present(optionalBytes(column), column)
    }

    package func textArray(_ column: PostgresColumn) throws(PostgresError) -> [String?] {
        try present(optionalTextArray(column), column)
    }

    package func intArray(_ column: PostgresColumn) throws(PostgresError) -> [Int64?] {
        try present(optionalIntArray(column), column)
    }

    private func position(_ column: PostgresColumn) throws(PostgresError) -> Int {
        let found: Int? =
            switch column {
            case .name(let name): storage.columns.firstIndex(of: name)
            case .index(let index): storage.columns.indices.contains(index) ? index : nil
            }
        guard let found else { throw fault(column, "there is no such column") }
        return found
    }

    private func decode<Value>(
        _ column: PostgresColumn, _ form: String, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(PostgresError) -> Value? {
        guard let text = try storage.value(index, position(column)) else { return nil }
        guard let value = parse(text) else { throw fault(column, "the value is not \(form)") }
        return value
    }

    private func present<Value>(_ value: Value?, _ column: PostgresColumn) throws(PostgresError) -> Value {
        guard let value else { throw fault(column, "the value is NULL") }
        return value
    }

    private func fault(_ column: PostgresColumn, _ message: String) -> PostgresError {
        let name =
            switch column {
            case .name(let name): name
            case .index(let index): String(index)
            }
        return PostgresError(.invalid, call: "column \(name)", message: message, mayHaveTakenEffect: true)
    }
}
