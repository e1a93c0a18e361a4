import EventLoop
import Foundation
import Postgres
import Testing

extension EndToEnd {
    /// A program whose columns are not those of the database says so before it reads or changes anything.
    @Suite struct ColumnTests {
        @Test func verifyAndRepairRefuseAGenerationWithAnotherColumn() throws {
            try Environment.run { warelog in
                try await warelog.caughtUp()
                let schema = try await warelog.liveSchema
                try await warelog.database.simple(
                    """
                    insert into \(schema).quarantine values ('users.events', 0, 9000000000, '1', 'made up');
                    alter table \(schema).products add column odd integer
                    """)
                for command in [
                    ["verify"], ["quarantine", "retry", "--all"], ["quarantine", "retry", "--all", "--dry-run"],
                ] {
                    let end = try await warelog.processes.start(tool: command).end()
                    #expect(end.status == 1, "\(end)")
                    #expect(end.output.contains("the column products.odd is not known"), "\(end)")
                }
                try await warelog.database.simple(
                    """
                    alter table \(schema).products drop column odd;
                    delete from \(schema).quarantine where reason = 'made up'
                    """)
                try await warelog.expectVerified()
            }
        }

        @Test func aRebuildRefusesTheTablesOfAnotherProgram() throws {
            try Environment.run { warelog in
                let directory = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID())")
                defer { try? FileManager.default.removeItem(at: directory) }  // a leftover harms nobody
                let own = try #require(ProcessInfo.processInfo.environment["WARELOG_SCHEMA_DIR"])
                try FileManager.default.copyItem(at: URL(filePath: own), to: directory)
                let tables = directory.appending(path: "read_model/tables.sql")
                let text = try String(contentsOf: tables, encoding: .utf8)
                try (text + "\nalter table users add column odd integer;\n").write(
                    to: tables, atomically: true, encoding: .utf8)

                let live = try await warelog.liveSchema
                let end = try await warelog.processes.run("rebuild", with: ["WARELOG_SCHEMA_DIR": directory.path()])
                #expect(end.status == 1, "\(end)")
                #expect(end.output.contains("the column users.odd is not known"), "\(end)")
                #expect(try await warelog.liveSchema == live)
                _ = try await warelog.processes.run("rebuild", "abort")
                try await warelog.expectNoRemains()
            }
        }
    }
}
