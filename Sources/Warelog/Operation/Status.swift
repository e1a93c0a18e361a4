import EventLog
import EventLoop
import JSON
import Kafka
import Postgres
import ReadModel
import Replay
import Service
import Telemetry

/// `warelog lag`, `warelog status` and `warelog rebuild status`: show the state of the read models and the lag.
struct Status: Sendable {
    struct PartitionLag: Sendable {
        let partition: TopicPartition
        let end: Int64
        let checkpoint: Int64
        /// The age of the oldest record that is not folded, in seconds; 0 when all are folded.
        let freshness: Double
        /// The projector that folds the partition; nil when there is none.
        let owner: String?

        var lag: Int64 { end - checkpoint }
    }

    let tool: Tool
    let isJSON: Bool

    init(tool: Tool, isJSON: Bool) {
        self.tool = tool
        self.isJSON = isJSON
    }

    init(tool: Tool, _ arguments: some Sequence<String>) throws(WrongUsage) {
        let options = try CommandOptions(arguments, flags: ["--json"])
        guard options.words.isEmpty else { throw WrongUsage("lag and status take options only") }
        self.init(tool: tool, isJSON: options.has("--json"))
    }

    func lag() async throws -> Int32 {
        try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            let lags = try await lags(connection)
            if isJSON { StandardStream.output.line(JSONWriter.text { $0.write(lags) }) } else { show(lags) }
            return 0
        }
    }

    func status() async throws -> Int32 {
        try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            let lags = try await lags(connection)
            let facts = try await facts(connection)
            if isJSON {
                StandardStream.output.line(
                    JSONWriter.text { json in
                        json.write(facts)
                        json.write(lags)
                    })
            } else {
                show(facts)
                show(lags)
            }
            return 0
        }
    }

    func rebuild() async throws -> Int32 {
        try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            let facts = try await facts(connection)
            if isJSON { StandardStream.output.line(JSONWriter.text { $0.write(facts) }) } else { show(facts) }
            return 0
        }
    }

    // MARK: loading

    struct Facts: Sendable {
        let generations: [Generations.Generation]
        let rebuilder: (name: String, since: String)?
        let redriver: (name: String, since: String)?
        /// The number of records in quarantine in the live generation.
        let quarantined: Int64
        let discarded: Int64
    }

    private func facts(_ connection: PostgresConnection) async throws -> Facts {
        let counts = try await connection.query(
            """
            select (select count(*) from warelog.quarantine) as quarantined,
                   (select count(*) from warelog.discarded_records) as discarded
            """
        ).rows.first
        return Facts(
            generations: try await Generations(connection, tool.files).all(),
            rebuilder: try await OperatorLease.holder(of: .rebuild, connection),
            redriver: try await OperatorLease.holder(of: .redrive, connection),
            quarantined: try counts?.int("quarantined") ?? 0, discarded: try counts?.int("discarded") ?? 0)
    }

    private func lags(_ connection: PostgresConnection) async throws -> [PartitionLag] {
        var checkpoints: [TopicPartition: (next: Int64, owner: String?)] = [:]
        for row in try await connection.query("select topic, partition, next_offset, owner from warelog.checkpoints")
            .rows
        {
            checkpoints[try TopicPartition(row: row)] = (try row.int("next_offset"), try row.optionalText("owner"))
        }
        // The ends are read after the checkpoints, so that no checkpoint is past its end.
        let ends = try await LogScan(tool.settings.kafka, loop: tool.loop).ends()
        let behind = ends.filter { $0.value > checkpoints[$0.key]?.next ?? 0 }.keys
        let ages = try await Freshness(tool.settings.kafka, loop: tool.loop).ages(
            ofRecordsAt: Dictionary(uniqueKeysWithValues: behind.map { ($0, checkpoints[$0]?.next ?? 0) }),
            now: WallClock.now)
        return ends.keys.sorted().map { partition in
            PartitionLag(
                partition: partition, end: ends[partition] ?? 0, checkpoint: checkpoints[partition]?.next ?? 0,
                freshness: ages[partition] ?? 0, owner: checkpoints[partition]?.owner)
        }
    }

    // MARK: printing

    private func show(_ lags: [PartitionLag]) {
        var table = TextTable(["partition", "end", "checkpoint", "lag", "freshness s", "owner"])
        for lag in lags {
            table.add([
                "\(lag.partition)", "\(lag.end)", "\(lag.checkpoint)", "\(lag.lag)", Self.seconds(lag.freshness),
                lag.owner ?? "nobody",
            ])
        }
        StandardStream.output.write(table.text)
        StandardStream.output.line(
            "total: lag \(lags.map(\.lag).reduce(0, +)), freshness \(Self.seconds(lags.map(\.freshness).max() ?? 0)) s"
        )
    }

    private func show(_ facts: Facts) {
        var table = TextTable(["read model", "state", "definition", "phase", "folded", "of", "verified", "since"])
        for generation in facts.generations {
            table.add([
                generation.schema, generation.state.rawValue, "\(generation.definition)",
                generation.phase.isEmpty ? "-" : generation.phase, "\(generation.folded)", "\(generation.total)",
                generation.isVerified ? "yes" : generation.verification == nil ? "-" : "no", generation.startedAt,
            ])
        }
        StandardStream.output.write(table.text)
        if let holder = facts.rebuilder {
            StandardStream.output.line("rebuilding: \(holder.name), since \(holder.since)")
        }
        if let holder = facts.redriver {
            StandardStream.output.line("redriving: \(holder.name), since \(holder.since)")
        }
        StandardStream.output.line("quarantine: \(facts.quarantined) records, \(facts.discarded) discarded")
    }

    static func seconds(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
