import Postgres

/// A row that the fold writes. Its columns are spelled here and nowhere else: the statements, the binary form and the
/// check against the database are made of them.
package protocol ReadModelRow {
    static var tableName: String { get }
    static var columns: [ReadModelColumn<Self>] { get }
    static var onConflict: ConflictRule { get }
}

/// The rule for a row whose key is already in the table.
package enum ConflictRule {
    /// The statement fails, because the fold writes such a row once.
    case fails
    case keepsOld
    /// The new row replaces the old one, where `condition`, if there is one, holds for the old row, whose alias is
    /// `stored`.
    case replaces(key: [String], condition: String?)
}

/// One column: how a row's value travels in a statement's parameter, and in COPY.
package struct ReadModelColumn<Row>: Sendable {
    package let name: String
    /// Whether the column keeps its value when the row is replaced.
    let isFixed: Bool
    /// The SQL type of an element of the parameter, which is an array with one element for each row.
    let elementType: String
    /// The SQL expression that makes the column's value of an element.
    let expression: String
    let parameter: @Sendable ([Row]) -> PostgresValue
    let copy: @Sendable (Row, inout PostgresCopyRows) -> Void
}

extension ReadModelColumn {
    static func int(
        _ name: String, isFixed: Bool = false, _ value: @escaping @Sendable (Row) -> Int64
    ) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: isFixed, elementType: "bigint", expression: name,
            parameter: { .intArray($0.map(value)) }, copy: { $1.int(value($0)) })
    }

    static func int32(
        _ name: String, isFixed: Bool = false, _ value: @escaping @Sendable (Row) -> Int32
    ) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: isFixed, elementType: "bigint", expression: name,
            parameter: { .intArray($0.map { Int64(value($0)) }) }, copy: { $1.int32(value($0)) })
    }

    static func bool(_ name: String, _ value: @escaping @Sendable (Row) -> Bool) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: false, elementType: "bigint", expression: "\(name) = 1",
            parameter: { .intArray($0.map { value($0) ? 1 : 0 }) }, copy: { $1.bool(value($0)) })
    }

    static func text(_ name: String, _ value: @escaping @Sendable (Row) -> String?) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: false, elementType: "text", expression: name,
            parameter: { .textArray($0.map(value)) }, copy: { $1.text(value($0)) })
    }

    /// Text that is at hand as bytes in UTF-8.
    static func utf8(_ name: String, _ value: @escaping @Sendable (Row) -> [UInt8]?) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: false, elementType: "text", expression: name,
            parameter: { .textArray($0.map { value($0).map { String(decoding: $0, as: UTF8.self) } }) },
            copy: { $1.text(utf8: value($0)) })
    }

    static func textArray(_ name: String, _ value: @escaping @Sendable (Row) -> [String]) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: false, elementType: "text", expression: "\(name)::text[]",
            parameter: { .textArray($0.map { PostgresArray.literal(value($0)) }) }, copy: { $1.textArray(value($0)) })
    }

    /// Milliseconds since 1970. Seconds with decimals would be a double, which is too coarse from the year 2242 on.
    static func time(
        _ name: String, isFixed: Bool = false, _ milliseconds: @escaping @Sendable (Row) -> Int64
    ) -> ReadModelColumn {
        ReadModelColumn(
            name: name, isFixed: isFixed, elementType: "bigint",
            expression: "(to_timestamp(\(name) / 1000) + \(name) % 1000 * interval '1 millisecond')",
            parameter: { .intArray($0.map(milliseconds)) }, copy: { $1.time(milliseconds: milliseconds($0)) })
    }
}

extension PostgresCopyRows {
    /// Appends the row in binary form.
    package mutating func append<Row: ReadModelRow>(_ row: Row) {
        let columns = Row.columns
        beginRow(columns: Int16(columns.count))
        for column in columns { column.copy(row, &self) }
    }
}
