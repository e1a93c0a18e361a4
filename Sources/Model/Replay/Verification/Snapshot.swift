import EventLog
import Kafka
import Postgres
import ReadModel

/// One generation at one moment: what it holds, and up to where it is folded. A transaction that only reads, open as
/// long as the connection.
package struct Snapshot: Sendable {
    package let checkpoints: LogEnds
    private let connection: PostgresConnection
    private let schema: String

    package init(_ schema: String, _ connection: PostgresConnection) async throws {
        self.connection = connection
        self.schema = schema
        try await connection.simple("begin isolation level repeatable read read only")
        let rows = try await connection.query(
            "select topic, partition, next_offset from \(schema).checkpoints"
        ).rows
        var checkpoints: LogEnds = [:]
        for row in rows { checkpoints[try TopicPartition(row: row)] = try row.int("next_offset") }
        self.checkpoints = checkpoints
    }

    /// Gives each row of a table in binary form.
    package func forEach(in table: ReadModelTable, _ body: (UnsafeRawBufferPointer) throws -> Void) async throws {
        var isFirst = true
        _ = try await connection.copyOut(
            "copy \(schema).\(table.rawValue) (\(table.columns)) to stdout (format binary)"
        ) { piece in
            var row = piece
            // The header comes together with the first row; the trailer is a row of -1 columns.
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
                    throw ReplayFault.refused("a row of \(schema).\(table.rawValue) has another form")
                }
            }
        }
        return root
    }

    /// The places of the records in quarantine.
    package func quarantined() async throws -> [(position: Batch.Position, key: String, reason: String)] {
        try await connection.query(
            "select topic, partition, log_offset, key, reason from \(schema).quarantine order by topic, partition, log_offset"
        ).rows.map { row in
            (
                Batch.Position(try TopicPartition(row: row), try row.int("log_offset")), try row.text("key"),
                try row.text("reason")
            )
        }
    }
}

/// What operators have taken out of the fold.
package enum Discards {
    package static func all(_ connection: PostgresConnection) async throws(PostgresError) -> Set<Batch.Position> {
        var positions: Set<Batch.Position> = []
        for row in try await connection.query("select topic, partition, log_offset from warelog.discarded_records").rows
        {
            positions.insert(Batch.Position(try TopicPartition(row: row), try row.int("log_offset")))
        }
        return positions
    }
}
