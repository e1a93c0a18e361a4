import Base
import EventLog
import EventLoop
import Kafka
import Postgres

/// What is written down about the log, and the check of the log against it that comes before anything else.
package struct LogDirectory: Sendable {
    private let context: ServiceContext
    private let postgres: PostgresConfiguration
    private let kafka: KafkaConfiguration

    package init(_ context: ServiceContext, _ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration) {
        self.context = context
        self.postgres = postgres
        self.kafka = kafka
    }

    /// Waits until the log is there and right; not ready meanwhile. Nil when the process is to stop first.
    package func awaitLog() async throws -> PartitionCounts? {
        var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(5))
        while !context.stop.isStopping {
            do {
                let counts = try await check()
                context.health.well("log")
                return counts
            } catch {
                context.health.unwell("log", "\(error)")
                context.log.warning("the log is not ready", ["error": "\(error)"])
            }
            await context.pause(backoff.next())
        }
        return nil
    }

    private func check() async throws -> PartitionCounts {
        let recorded = try await withConnection(postgres, loop: context.loop) { try await LogTopics.recorded($0) }
        return try await withAdmin(kafka, loop: context.loop) { admin in
            try LogGuard.check(
                try await LogGuard.inspect(admin, recorded: recorded, isEmbeddedBroker: kafka.isEmbeddedBroker))
        }
    }
}

/// The table of the topics' partition counts.
package enum LogTopics {
    private static let query = "select name, partitions from warelog.log_topics"

    package static func recorded(_ connection: PostgresConnection) async throws(PostgresError) -> [String: Int32] {
        try recorded(await connection.query(query).rows)
    }

    /// Of a log that is recorded; throws `LogFault` for one that is not.
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

    /// Writes down how many partitions a topic has, and where they end, once: a topic that is recorded stays as it is.
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
