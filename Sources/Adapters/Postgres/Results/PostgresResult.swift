/// The result of one statement.
package struct PostgresResult: Sendable {
    let storage: ResultStorage

    /// The number of rows that the statement changed, or returned if it changes none. 0 for other statements.
    package var affected: Int { storage.affected }

    package var rows: Rows { Rows(storage: storage) }

    package var columns: [String] { storage.columns }

    /// The rows, which stay in libpq's memory. A value is decoded when it is read.
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

/// A column by its name or its index, which begins at 0: `row.int("id")`, `row.int(0)`.
package enum PostgresColumn: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case name(String)
    case index(Int)
    package init(stringLiteral value: String) { self = .name(value) }
    package init(integerLiteral value: Int) { self = .index(value) }
}
