package import EventLog
package import EventLoop
package import Kafka
package import Postgres

/// The table that records the log's topics and their partition counts.
package enum LogTopics {
    private static let query = "select name, partitions from warelog.log_topics"

    /// Compares the log with what is recorded about it, and returns the partition counts and the epoch. Throws
    /// `LogFault` if the log is not there or is another one. On the loop's thread.
    package static func check(
        _ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration, loop: EventLoop
    ) async throws -> (partitions: PartitionCounts, epoch: LogEpoch) {
        let recorded = try await withConnection(postgres, loop: loop) { try await Self.recorded($0) }
        return try await withAdmin(kafka, loop: loop) { admin in
            let findings = try await LogGuard.inspect(
                admin, recorded: recorded, isEmbeddedBroker: kafka.isEmbeddedBroker)
            return (try LogGuard.check(findings), LogGuard.epoch(findings))
        }
    }

    package static func recorded(_ connection: PostgresConnection) async throws(PostgresError) -> [String: Int32] {
        try recorded(await connection.query(query).rows)
    }

    /// The partition counts of the recorded log. Throws `LogFault` if none is recorded.
    package static func counts(_ connection: PostgresConnection) async throws -> PartitionCounts {
        try counts(await recorded(connection))
    }

    package static func counts(_ pool: PostgresPool) async throws -> PartitionCounts {
        try counts(recorded(await pool.query(query).rows))
    }

    private static func recorded(_ rows: PostgresResult.Rows) throws(PostgresError) -> [String: Int32] {
        var recorded: [String: Int32] = [:]
        for row in rows { recorded[try row.text("name")] = Int32(try row.int("partitions")) }
        return recorded
    }

    private static func counts(_ recorded: [String: Int32]) throws(LogFault) -> PartitionCounts {
        guard let products = recorded[Topic.products.name], let users = recorded[Topic.users.name] else {
            throw LogFault(faults: ["the log's topics are not recorded: run `warelog topics create`"])
        }
        return PartitionCounts(products: products, users: users)
    }

    /// Records how many partitions a topic has, and where they end. A topic that is recorded already stays as it is.
    package static func record(
        _ name: String, ends: [Int64], _ connection: PostgresConnection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            with topic as (
                insert into warelog.log_topics (name, partitions) values ($1, cardinality($2::bigint[]))
                on conflict (name) do nothing returning name)
            insert into warelog.first_ends (topic, partition, log_end)
            select name, number - 1, log_end from topic, unnest($2::bigint[]) with ordinality as x(log_end, number)
            where log_end > 0
            """, [.text(name), .intArray(ends)])
    }
}
