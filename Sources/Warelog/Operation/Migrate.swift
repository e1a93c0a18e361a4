import Base
import Postgres
import Replay

/// `warelog migrate`: runs the migrations that have not run in the database yet, in the order of their names. Each runs
/// in one transaction, together with the record that it has run. The command is safe to run twice, even at the same
/// time.
struct Migrate: Sendable {
    /// The advisory lock of the process that migrates; the number is Warelog's own.
    private static let lock = 7_236_419_002

    let tool: Tool

    func run() async throws -> Int32 {
        let migrations = try Migration.all(in: tool.files)
        return try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            // The lock is released with the connection, however that ends.
            _ = try await connection.query("select pg_advisory_lock($1)", [.int(Int64(Self.lock))])
            try await connection.simple(
                """
                set client_min_messages = warning;
                create schema if not exists warelog;
                create table if not exists warelog.migrations (
                    name text primary key, checksum text not null, applied_at timestamptz not null default now())
                """)
            var applied: [String: String] = [:]
            for row in try await connection.query("select name, checksum from warelog.migrations").rows {
                applied[try row.text("name")] = try row.text("checksum")
            }
            for migration in migrations {
                if let checksum = applied[migration.name] {
                    guard checksum == migration.checksum else { throw MigrationFault.changed(migration.name) }
                    continue
                }
                try await apply(migration, connection)
                StandardStream.error.line("applied \(migration.name)")
            }
            if try await Generations(connection, tool.files).createFirst() {
                StandardStream.error.line("created the read model, which is empty")
            }
            StandardStream.error.line("the schema is up to date: \(migrations.count) migrations")
            return 0
        }
    }

    private func apply(_ migration: Migration, _ connection: PostgresConnection) async throws {
        // One message is one transaction. Names and checksums need no quoting: see `Migration`.
        try await connection.simple(
            """
            begin;
            \(migration.sql)
            ;
            insert into warelog.migrations (name, checksum) values ('\(migration.name)', '\(migration.checksum)');
            commit
            """)
    }
}

/// One file of the schema directory.
struct Migration: Sendable, Equatable {
    /// The name of the file, which has only letters, digits, `_`, `-` and `.`.
    let name: String
    let sql: String

    /// A checksum that distinguishes an edited file from the one that ran.
    var checksum: String { String(FNV1a.hash(sql), radix: 16) }

    static func all(in files: SchemaFiles) throws -> [Migration] {
        try files.migrationNames().map { name in
            guard name.utf8.allSatisfy(isPlain) else { throw MigrationFault.unusableName(name) }
            return Migration(name: name, sql: try files.text(name))
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}

enum MigrationFault: Error, Equatable, CustomStringConvertible {
    case unusableName(String)
    case changed(String)

    var description: String {
        switch self {
        case .unusableName(let name):
            "the name of the migration \(name) has characters other than letters, digits, _, - and ."
        case .changed(let name): "the migration \(name) was edited after it ran here: write a new one instead"
        }
    }
}
