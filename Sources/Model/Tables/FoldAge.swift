import EventLog
package import EventLoop
package import Events
package import Kafka
package import Postgres

/// Measures again and again the age of the oldest record that the live read model does not have. It compares the ends
/// of the log with the checkpoints in Postgres, whichever process folds, so that a projector that is frozen, dead or
/// without partitions is noticed.
package struct FoldAge: Sendable {
    package struct Reading: Sendable {
        /// The age of the oldest record of each partition that is not folded; zero if all records are folded. A
        /// partition whose end or checkpoint cannot be read keeps the values that were read last.
        package var ages: [TopicPartition: Duration] = [:]
        /// The reason why the log or the checkpoints could not be read this time.
        package var failure: (any Error)?

        /// The partition whose oldest record has waited longest.
        package var oldest: (partition: TopicPartition, age: Duration)? {
            ages.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
        }
    }

    private static let interval = Duration.seconds(1)

    private let postgres: PostgresConfiguration
    private let kafka: KafkaConfiguration
    private let loop: EventLoop
    private let now: @Sendable () -> Timestamp

    /// `now` is the time to which the records that existed before the first look are compared.
    package init(
        _ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration, loop: EventLoop,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.postgres = postgres
        self.kafka = kafka
        self.loop = loop
        self.now = now
    }

    /// Calls `report` after each look, until the task is cancelled. On the loop's thread.
    package func run(_ report: @Sendable (Reading) -> Void) async throws {
        try await withPool(
            postgres, loop: loop, size: 1, maximumWaiting: 1, deadline: Self.interval
        ) { pool in
            try await withAdmin(kafka, timeout: .seconds(2), loop: loop) { admin in
                var lag = FoldLag()
                var isFirst = true
                while true {
                    let failure = await look(admin, pool, &lag)
                    // A record that was there before the first look is older than that look.
                    if isFirst, failure == nil {
                        isFirst = false
                        await date(&lag)
                    }
                    report(Reading(ages: lag.ages(at: .now), failure: failure))
                    try await loop.sleep(for: Self.interval)
                }
            }
        }
    }

    /// Looks at the ends before the checkpoints, so that what is folded in between does not look late.
    private func look(_ admin: KafkaAdmin, _ pool: PostgresPool, _ lag: inout FoldLag) async -> (any Error)? {
        var failure: (any Error)?
        do {
            lag.see(ends: try await admin.ends(of: Topic.allCases), at: .now)
        } catch {
            failure = error
        }
        do {
            let rows = try await pool.query("select topic, partition, next_offset from warelog.checkpoints").rows
            var checkpoints: [TopicPartition: Int64] = [:]
            for row in rows {
                let partition = TopicPartition(
                    topic: try row.text("topic"), partition: Int32(truncatingIfNeeded: try row.int("partition")))
                checkpoints[partition] = try row.int("next_offset")
            }
            lag.see(checkpoints: checkpoints, at: .now)
        } catch {
            failure = failure ?? error
        }
        return failure
    }

    private func date(_ lag: inout FoldLag) async {
        let freshness = Freshness(kafka, loop: loop)
        // If the records' own times cannot be read, their ages begin with the first look.
        guard let ages = try? await freshness.ages(ofRecordsAt: lag.oldest, now: now) else { return }
        lag.date(ages.mapValues { .now - .seconds($0) })
    }
}
