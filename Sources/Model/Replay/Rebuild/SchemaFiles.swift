import Glibc
package import ReadModel

/// The SQL files that a database is made from: the migrations, and the definition of the read model in `read_model/`.
package struct SchemaFiles: Sendable {
    package enum Part: String, Sendable {
        case tables, views
    }

    package let directory: String

    package init(directory: String) { self.directory = directory }

    package func readModel(_ part: Part) throws(SchemaFault) -> String {
        try text("read_model/\(part.rawValue).sql")
    }

    /// The indexes of a table, which are made when it is filled.
    package func indexes(of table: ReadModelTable) throws(SchemaFault) -> String {
        try text("read_model/indexes/\(table.rawValue).sql")
    }

    /// The names of the migrations, in their order.
    package func migrationNames() throws(SchemaFault) -> [String] {
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
        return names.sorted()
    }

    package func text(_ name: String) throws(SchemaFault) -> String {
        guard let file = fopen("\(directory)/\(name)", "r") else { throw .unreadable(name) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        guard ferror(file) == 0 else { throw .unreadable(name) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

package enum SchemaFault: Error, Equatable, CustomStringConvertible {
    case noDirectory(String)
    case unreadable(String)

    package var description: String {
        switch self {
        case .noDirectory(let directory): "there are no migrations in \(directory): set WARELOG_SCHEMA_DIR"
        case .unreadable(let name): "\(name) cannot be read in WARELOG_SCHEMA_DIR"
        }
    }
}
