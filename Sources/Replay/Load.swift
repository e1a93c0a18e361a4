import EventLoop
import Kafka
import Postgres
import ReadModel

/// Fills a new generation: the fresh fold's rows by COPY, one connection for each table, then indexes and checkpoints.
///
/// Nothing of it counts before the checkpoints are there. A load that ends early is begun anew.
package struct Load: Sendable {
    private static let chunk = 256 << 10

    private let postgres: PostgresConfiguration
    private let loop: EventLoop
    private let schema: String

    package init(_ postgres: PostgresConfiguration, loop: EventLoop, schema: String) {
        self.postgres = postgres
        self.loop = loop
        self.schema = schema
    }

    /// Returns what the fold found when every row is committed.
    package func run(_ fold: FreshFold) async throws -> FreshFold.Result {
        let spill = try await fold.read()
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
                let result = try await send(fold, spill, channels)
                for channel in channels.values { channel.finish() }
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
        _ fold: FreshFold, _ spill: RecordSpill, _ channels: [ReadModelTable: RowChannel]
    ) async throws -> FreshFold.Result {
        var rows = Dictionary(uniqueKeysWithValues: ReadModelTable.allCases.map { ($0, PostgresCopyRows()) })
        let result = try await fold.fold(spill) { changes in
            for table in ReadModelTable.allCases {
                changes.append(table, to: &rows[table, default: PostgresCopyRows()])
                guard let count = rows[table]?.count, count >= Self.chunk, let full = rows[table]?.take() else { continue }
                try await channels[table]?.send(full)
            }
        }
        for (table, channel) in channels {
            if let rest = rows[table]?.take(), !rest.isEmpty { try await channel.send(rest) }
        }
        return result
    }

    /// One transaction, which begins with the empty table: its rows are frozen and visible to all from the start, so
    /// that no vacuum has to write them again.
    private func copy(_ table: ReadModelTable, _ channel: RowChannel) async throws {
        let connection = try await PostgresConnection.connect(postgres, loop: loop)
        defer { connection.close() }
        try await connection.simple("begin; truncate \(schema).\(table.rawValue)")
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
        try await connection.simple("commit")
    }
}
