package import EventLog
import Kafka
package import Postgres
package import ReadModel

/// One generation at one moment: its rows, and the offsets up to which it is folded. It is a read-only transaction that
/// stays open as long as the connection.
package struct Snapshot: Sendable {
    package let checkpoints: LogEnds
    private let connection: PostgresConnection
    private let schema: String

    /// Throws `OtherColumns` when the tables are not those that this program writes.
    package init(_ schema: String, _ connection: PostgresConnection) async throws {
        self.connection = connection
        self.schema = schema
        try await connection.simple("begin isolation level repeatable read read only")
        try await ColumnCheck.check(schema, connection)
        let rows = try await connection.query(
            "select topic, partition, next_offset from \(schema).checkpoints"
        ).rows
        var checkpoints: LogEnds = [:]
        for row in rows { checkpoints[try TopicPartition(row: row)] = try row.int("next_offset") }
        self.checkpoints = checkpoints
    }

    /// Calls `body` with each row of a table in binary form.
    package func forEach(in table: ReadModelTable, _ body: (UnsafeRawBufferPointer) throws -> Void) async throws {
        var isFirst = true
        _ = try await connection.copyOut(
            "copy \(schema).\(table.rawValue) (\(table.columns)) to stdout (format binary)"
        ) { piece in
            var row = piece
            // The header comes with the first row; the trailer is a row of -1 columns.
            if isFirst {
                isFirst = false
                row = UnsafeRawBufferPointer(rebasing: piece.dropFirst(PostgresCopyRows.header.count))
            }
            guard row.count > PostgresCopyRows.trailer.count else { return }
            try body(row)
        }
    }

    package func root() async throws -> StateRoot {
        var root = StateRoot()
        for table in ReadModelTable.allCases {
            try await forEach(in: table) { row in
                guard root.add(row, of: table) else {
                    throw ReplayFault.refused(
                        "a row of \(schema).\(table.rawValue) has a form that this program does not know")
                }
            }
        }
        return root
    }

    /// The positions of the records in quarantine.
    package func quarantined() async throws -> Set<RecordPosition> {
        var positions: Set<RecordPosition> = []
        let sql = "select topic, partition, log_offset from \(schema).quarantine"
        for row in try await connection.query(sql).rows {
            positions.insert(RecordPosition(try TopicPartition(row: row), try row.int("log_offset")))
        }
        return positions
    }

    /// The records that operators had taken out of the fold at that moment.
    package func discarded() async throws -> Set<RecordPosition> { try await Discards.all(connection) }
}

/// The records that operators have taken out of the fold.
package enum Discards {
    package static func all(_ connection: PostgresConnection) async throws(PostgresError) -> Set<RecordPosition> {
        var positions: Set<RecordPosition> = []
        for row in try await connection.query("select topic, partition, log_offset from warelog.discarded_records").rows
        {
            positions.insert(RecordPosition(try TopicPartition(row: row), try row.int("log_offset")))
        }
        return positions
    }
}
