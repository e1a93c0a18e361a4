package import Postgres

/// Compares the columns that this program writes with those that the tables of a generation have.
package enum ColumnCheck {
    private static let expected: [(table: String, columns: [String])] =
        ReadModelTable.allCases.map { ($0.rawValue, $0.columnNames) }
        + [(QuarantineRow.tableName, QuarantineRow.columns.map(\.name))]

    /// The columns that the database fills in by itself are left out.
    static func statement(schema: String) -> PostgresStatement {
        PostgresStatement(
            """
            select c.relname as table_name, a.attname as column_name
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relname = any($2) and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = ''
            """, [.text(schema), .textArray(expected.map(\.table))])
    }

    static func check(_ rows: PostgresResult.Rows, schema: String) throws {
        var found: [String: Set<String>] = [:]
        for row in rows { found[try row.text("table_name"), default: []].insert(try row.text("column_name")) }
        let faults = faults(in: found)
        guard faults.isEmpty else { throw OtherColumns(schema: schema, faults: faults) }
    }

    /// Throws `OtherColumns` when the tables of `schema` are not those that this program writes.
    package static func check(_ schema: String, _ connection: PostgresConnection) async throws {
        let statement = statement(schema: schema)
        try check(await connection.query(statement.sql, statement.parameters).rows, schema: schema)
    }

    /// The differences in words, by the names of the tables that `found` has the columns of.
    package static func faults(in found: [String: Set<String>]) -> [String] {
        expected.flatMap { table, columns in
            guard let found = found[table] else { return ["the table \(table) is missing"] }
            return columns.filter { !found.contains($0) }.map { "the column \(table).\($0) is missing" }
                + found.subtracting(columns).sorted().map { "the column \(table).\($0) is not known" }
        }
    }
}

/// The tables of a generation are not those that this program writes.
package struct OtherColumns: Error, Equatable, CustomStringConvertible {
    package let schema: String
    package let faults: [String]
    package var description: String {
        "\(schema) has other columns than this program writes: \(faults.joined(separator: "; ")); "
            + "run `warelog rebuild`, or start the matching program"
    }
}
