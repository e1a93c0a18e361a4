import EventLog
import EventLoop
import Kafka
import Postgres

/// The offsets up to which the read model has folded `products.events`.
struct FoldedPosition: Sendable, CustomStringConvertible {
    private static let patience = Duration.seconds(30)

    /// The next offset of each partition.
    private let next: [Int32: Int64]

    var description: String {
        next.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
    }

    /// Returns when everything that is on the log now is folded; throws after half a minute.
    static func awaitEnd(_ tool: Tool, _ connection: PostgresConnection) async throws -> FoldedPosition {
        let ends = try await ends(tool)
        do {
            return try await tool.loop.withDeadline(patience) {
                while true {
                    let folded = try await connection.listen("warelog_folded")
                    let position = try await load(connection)
                    if position.lag(behind: ends).isEmpty { return position }
                    for await _ in folded {
                        let position = try await load(connection)
                        if position.lag(behind: ends).isEmpty { return position }
                    }
                }
            }
        } catch is DeadlineExceeded {
            throw MediaFault.behind(try await load(connection).lag(behind: ends).joined(separator: ", "))
        }
    }

    private func lag(behind ends: [Int32: Int64]) -> [String] {
        ends.sorted { $0.key < $1.key }.compactMap { partition, end in
            let folded = next[partition] ?? 0
            return folded < end ? "partition \(partition) is at \(folded) of \(end)" : nil
        }
    }

    private static func load(_ connection: PostgresConnection) async throws -> FoldedPosition {
        var next: [Int32: Int64] = [:]
        let sql = "select partition, next_offset from warelog.checkpoints where topic = $1"
        for row in try await connection.query(sql, [.text(Topic.products.name)]).rows {
            next[Int32(truncatingIfNeeded: try row.int("partition"))] = try row.int("next_offset")
        }
        return FoldedPosition(next: next)
    }

    private static func ends(_ tool: Tool) async throws -> [Int32: Int64] {
        let ends = try await withAdmin(tool.settings.kafka, loop: tool.loop) { try await $0.ends(of: [.products]) }
        return Dictionary(uniqueKeysWithValues: ends.map { ($0.key.partition, $0.value) })
    }
}
