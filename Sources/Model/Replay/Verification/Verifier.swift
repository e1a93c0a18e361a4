import EventLog
package import EventLoop
package import Kafka
package import Postgres
import ReadModel
import Tables

/// Compares a generation with the log, on connections of its own.
package struct Verifier: Sendable {
    private let postgres: PostgresConfiguration
    private let kafka: KafkaConfiguration
    private let loop: EventLoop

    package init(_ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration, loop: EventLoop) {
        self.postgres = postgres
        self.kafka = kafka
        self.loop = loop
    }

    /// `progress` is called with the number of records folded, and the number of all records.
    package func run(
        _ generation: Generations.Generation, progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws -> Verification.Report {
        try await withConnection(postgres, loop: loop) { connection in
            let snapshot = try await Snapshot(generation.schema, connection)
            let scan = LogScan(kafka, loop: loop)
            let ends = try await scan.ends()
            if let short = snapshot.checkpoints.filter({ $0.value > ends[$0.key] ?? 0 }).keys.min() {
                throw ReplayFault.refused(
                    "\(generation.schema) has folded more of \(short) than the log holds: "
                        + "it is another log, or the log has lost records"
                )
            }
            let counts = try await LogTopics.counts(connection)
            let fold = FreshFold(to: snapshot.checkpoints, of: counts, scan, discarded: try await snapshot.discarded())
            {
                progress($0.folded, $0.total)
            }
            return try await Verification(snapshot, fold).run()
        }
    }
}
