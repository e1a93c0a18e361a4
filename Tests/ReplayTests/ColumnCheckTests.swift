import ReadModel
import Testing

/// The columns that a program writes are compared with those of the database.
@Suite struct ColumnCheckTests {
    private static var tables: [String: Set<String>] {
        var tables = Dictionary(
            uniqueKeysWithValues: ReadModelTable.allCases.map { ($0.rawValue, Set($0.columnNames)) })
        tables["quarantine"] = ["topic", "partition", "log_offset", "key", "reason", "command_id"]
        return tables
    }

    @Test func theSameColumnsHaveNoFaults() { #expect(ColumnCheck.faults(in: Self.tables).isEmpty) }

    @Test func aMissingColumnAndAnExtraOneAreNamed() {
        var tables = Self.tables
        tables["products"]?.remove("version")
        tables["users"]?.insert("email")
        tables["quarantine"] = nil
        #expect(
            ColumnCheck.faults(in: tables) == [
                "the column users.email is not known", "the column products.version is missing",
                "the table quarantine is missing",
            ])
    }
}
