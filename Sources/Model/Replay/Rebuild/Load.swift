package import EventLoop
import Kafka
package import Postgres
import ReadModel

/// Fills a new generation: COPY loads the rows of the fresh fold, on one connection for each table, and then the
/// indexes are made.
///
/// The rows do not count before the checkpoints are written. A load that ends early is started again.
package struct Load: Sendable {
    private static let chunk = 256 << 10
    /// The memory for the indexes of each table.
    private static let indexMemory = "128MB"

    private let postgres: PostgresConfiguration
    private let loop: EventLoop
    private let schema: String
    private let files: SchemaFiles

    package init(_ postgres: PostgresConfiguration, loop: EventLoop, schema: String, files: SchemaFiles) {
        self.postgres = postgres
        self.loop = loop
        self.schema = schema
        self.files = files
    }

    /// Returns the result of the fold when every row is committed. `folded` is called when the last row has been sent.
    /// Throws `OtherColumns`, before it reads the log, when the tables are not those that this program writes.
    package func run(
        _ fold: FreshFold, folded: (FreshFold.Result) async throws -> Void
    ) async throws -> FreshFold.Result {
        try await withConnection(postgres, loop: loop) { try await ColumnCheck.check(schema, $0) }
        let channels = Dictionary(uniqueKeysWithValues: ReadModelTable.allCases.map { ($0, RowChannel()) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (table, channel) in channels {
                group.addTask(executorPreference: loop) {
                    do { try await copy(table, channel) } catch {
                        channel.fail(error)
                        throw error
                    }
                }
            }
            do {
                let result = try await send(fold, channels)
                for channel in channels.values { channel.finish() }
                try await folded(result)
                while try await group.next() != nil {}
                return result
            } catch {
                group.cancelAll()
                for channel in channels.values {
                    channel.fail(CancellationError())
                    channel.finish()
                }
                throw error
            }
        }
    }

    private func send(
        _ fold: FreshFold, _ channels: [ReadModelTable: RowChannel]
    ) async throws -> FreshFold.Result {
        var rows = Dictionary(uniqueKeysWithValues: ReadModelTable.allCases.map { ($0, PostgresCopyRows()) })
        let result = try await fold.run { changes in
            for table in ReadModelTable.allCases {
                changes.append(table, to: &rows[table, default: PostgresCopyRows()])
                guard let count = rows[table]?.count, count >= Self.chunk, let full = rows[table]?.take() else {
                    continue
                }
                try await channels[table]?.send(full)
            }
        }
        for (table, channel) in channels {
            if let rest = rows[table]?.take(), !rest.isEmpty { try await channel.send(rest) }
        }
        return result
    }

    /// Fills one table in one transaction, which begins by emptying it: the rows are frozen and visible from the start,
    /// so that no vacuum has to write them again. The indexes follow, made by one process, because clients need
    /// Postgres meanwhile. The commit does not wait for the disk: the checkpoints, which come last, are on the disk
    /// after it.
    private func copy(_ table: ReadModelTable, _ channel: RowChannel) async throws {
        try await withConnection(postgres, loop: loop) { connection in
            try await connection.simple(
                "begin; set local synchronous_commit = off; truncate \(schema).\(table.rawValue)")
            var isFirst = true
            var isLast = false
            _ = try await connection.copyIn(
                "copy \(schema).\(table.rawValue) (\(table.columns)) from stdin (format binary, freeze)"
            ) {
                if isFirst {
                    isFirst = false
                    return PostgresCopyRows.header
                }
                if let chunk = await channel.receive() { return chunk }
                try Task.checkCancellation()
                if isLast { return nil }
                isLast = true
                return PostgresCopyRows.trailer
            }
            try await connection.simple(
                """
                set local search_path = \(schema);
                set local maintenance_work_mem = '\(Self.indexMemory)';
                set local max_parallel_maintenance_workers = 0;
                \(try files.indexes(of: table));
                commit
                """)
        }
    }
}
