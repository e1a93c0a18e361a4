/// What one statement gave.
package struct PostgresResult: Sendable {
    let storage: ResultStorage

    /// How many rows the statement changed, or gave when it changes none; 0 for others.
    package var affected: Int { storage.affected }

    package var rows: Rows { Rows(storage: storage) }

    package var columns: [String] { storage.columns }

    /// Rows stay in libpq's memory, as they came; a value is made when it is asked for.
    package struct Rows: RandomAccessCollection, Sendable {
        let storage: ResultStorage
        package var startIndex: Int { 0 }
        package var endIndex: Int { storage.rowCount }
        package subscript(position: Int) -> PostgresRow {
            precondition(position >= 0 && position < storage.rowCount, "row index out of range")
            return PostgresRow(storage: storage, index: position)
        }
    }
}

/// A column by its name or its place, 0 the first: `row.int("id")`, `row.int(0)`.
package enum PostgresColumn: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case name(String)
    case index(Int)
    package init(stringLiteral value: String) { self = .name(value) }
    package init(integerLiteral value: Int) { self = .index(value) }
}
