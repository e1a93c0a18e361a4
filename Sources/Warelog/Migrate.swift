import Glibc
import Postgres

/// `warelog migrate`: runs the migrations that the database has not had yet, in the order of their names, each in a
/// transaction together with the note that it has run. Safe to run twice, and by two at once.
struct Migrate: Sendable {
    /// Whoever holds this advisory lock migrates; the number is Warelog's alone.
    private static let lock = 7_236_419_002

    let tool: Tool

    func run() async throws -> Int32 {
        let migrations = try Migration.all(in: tool.settings.schemaDirectory)
        let connection = try await PostgresConnection.connect(tool.settings.postgres, loop: tool.loop)
        defer { connection.close() }
        // Released with the connection, however that ends.
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
            Output.error.line("applied \(migration.name)")
        }
        Output.error.line("the schema is up to date: \(migrations.count) migrations")
        return 0
    }

    private func apply(_ migration: Migration, _ connection: PostgresConnection) async throws {
        // One message, one transaction: all of it or nothing. Names and checksums need no quoting: see `Migration`.
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
    /// Letters, digits, `_`, `-` and `.` only.
    let name: String
    let sql: String

    /// Tells an edited file from the one that ran: FNV-1a, 64 bits, hexadecimal.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    static func all(in directory: String) throws(MigrationFault) -> [Migration] {
        guard let handle = opendir(directory) else { throw .noDirectory(directory) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sql") { names.append(name) }
        }
        guard !names.isEmpty else { throw .noDirectory(directory) }
        var migrations: [Migration] = []
        for name in names.sorted() {
            guard name.utf8.allSatisfy(isPlain) else { throw .unusableName(name) }
            guard let sql = contents(of: "\(directory)/\(name)") else { throw .unreadable(name) }
            migrations.append(Migration(name: name, sql: sql))
        }
        return migrations
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return ferror(file) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}

enum MigrationFault: Error, Equatable, CustomStringConvertible {
    case noDirectory(String)
    case unusableName(String)
    case unreadable(String)
    case changed(String)

    var description: String {
        switch self {
        case .noDirectory(let directory): "there are no migrations in \(directory): set WARELOG_SCHEMA_DIR"
        case .unusableName(let name): "the migration's name \(name) has other characters than letters, digits, _, - and ."
        case .unreadable(let name): "the migration \(name) cannot be read"
        case .changed(let name): "the migration \(name) was edited after it ran here: write a new one instead"
        }
    }
}
