import EventLog
package import EventLoop
package import Kafka
package import Postgres
import ReadModel
import Tables

/// Builds a new read model beside the live one, verifies it, and makes it the live one.
///
/// The database records each step that is done: a step can be run on its own, by another process, and begins where the
/// previous one ended. The live generation is not touched before the switch; the log and the object store never are.
package struct Rebuild: Sendable {
    private let postgres: PostgresConfiguration
    private let kafka: KafkaConfiguration
    private let loop: EventLoop
    private let files: SchemaFiles
    private let report: @Sendable (RebuildProgress) -> Void
    private let holder = Holder.name(of: "warelog rebuild")

    package init(
        _ postgres: PostgresConfiguration, _ kafka: KafkaConfiguration, loop: EventLoop, files: SchemaFiles,
        report: @escaping @Sendable (RebuildProgress) -> Void
    ) {
        self.postgres = postgres
        self.kafka = kafka
        self.loop = loop
        self.files = files
        self.report = report
    }

    /// Runs all steps: builds a new generation, verifies it and makes it live.
    package func all(acceptsQuarantine: Bool) async throws -> Verification.Report {
        try await withLease { connection, lease in
            let next = try await build(connection)
            return try await withFollower(next) { follower in
                let verification = try await verify(next, connection, follower)
                try await makeLive(next, connection, follower, lease, acceptsQuarantine: acceptsQuarantine)
                return verification
            }
        }
    }

    /// Builds a new generation, which has caught up with the log when this returns.
    package func start() async throws {
        try await withLease { connection, _ in
            let next = try await build(connection)
            try await withFollower(next) { _ in }
        }
    }

    package func verify() async throws -> Verification.Report {
        try await withLease { connection, _ in
            let next = try await built(connection)
            return try await withFollower(next) { try await verify(next, connection, $0) }
        }
    }

    /// Makes the generation that `start` built the live one. It must have been verified, unless `isUnverified`.
    package func makeLive(isUnverified: Bool, acceptsQuarantine: Bool) async throws {
        try await withLease { connection, lease in
            let next = try await built(connection)
            guard isUnverified || next.isVerified else {
                throw ReplayFault.refused(
                    "\(next.schema) has not been verified: run `warelog rebuild verify`, or switch with --unverified"
                )
            }
            try await withFollower(next) {
                try await makeLive(next, connection, $0, lease, acceptsQuarantine: acceptsQuarantine)
            }
        }
    }

    /// Lets the previously live generation catch up with the log, and makes it live again.
    package func rollback() async throws {
        try await withLease { connection, lease in
            guard let standby = try await Generations(connection, files).find(.standby) else {
                throw ReplayFault.noGeneration("on standby: nothing was switched, or it has been dropped")
            }
            try check(standby)
            try await withFollower(standby) {
                try await makeLive(standby, connection, $0, lease, acceptsQuarantine: true)
            }
        }
    }

    /// Drops the generation that is being built, unless a process is building it. Returns whether there was one.
    package func abort() async throws -> Bool {
        try await withLease { connection, _ in
            let generations = Generations(connection, files)
            guard let next = try await generations.find(.building) else { return false }
            try await generations.drop(next)
            return true
        }
    }

    // MARK: the steps

    private func build(_ connection: PostgresConnection) async throws -> Generations.Generation {
        let generations = Generations(connection, files)
        guard let live = try await generations.find(.live) else {
            throw ReplayFault.noGeneration("live: run `warelog migrate`")
        }
        // An earlier run may have left a generation unfinished.
        if let left = try await generations.find(.building) { try await generations.drop(left) }
        let next = try await generations.create()
        let meter = RebuildMeter(loop, live: live, next: next, report)
        let scan = LogScan(kafka, loop: loop)
        let ends = try await scan.ends()
        let counts = try await LogTopics.counts(connection)
        let fold = FreshFold(to: ends, of: counts, scan, discarded: try await Discards.all(connection)) { progress in
            guard meter.loading(progress) else { return }
            try await generations.note(next.number, phase: "loading", folded: progress.folded, total: progress.total)
        }
        try await withPool(
            postgres, loop: loop, size: 1, maximumWaiting: 8, deadline: .seconds(60)
        ) { pool in
            let result = try await Load(postgres, loop: loop, schema: next.schema, files: files).run(fold) {
                meter.phase("indexing")
                try await generations.note(next.number, phase: "indexing", folded: $0.records)
            }
            try await ReadModel(generation: next.number, of: counts, pool).finish(result.quarantined, checkpoints: ends)
            try await generations.note(next.number, phase: "following")
        }
        meter.phase("following")
        return next
    }

    private func built(_ connection: PostgresConnection) async throws -> Generations.Generation {
        guard let next = try await Generations(connection, files).find(.building) else {
            throw ReplayFault.noGeneration("being built: run `warelog rebuild start`")
        }
        guard next.phase == "following" else {
            throw ReplayFault.notYet("\(next.schema) was left unfinished: run `warelog rebuild start` again")
        }
        try check(next)
        return next
    }

    private func check(_ generation: Generations.Generation) throws(ReplayFault) {
        guard generation.definition == ReadModel.definition else {
            throw .otherDefinition(generation: generation.number, found: generation.definition)
        }
    }

    /// Runs `body` while a follower keeps `generation` up with the log, as soon as it has caught up.
    private func withFollower<Value: Sendable>(
        _ generation: Generations.Generation, _ body: @Sendable @escaping (Follower) async throws -> Value
    ) async throws -> Value {
        try await withPool(postgres, loop: loop, size: 1, maximumWaiting: 8, deadline: .seconds(60)) { pool in
            let follower = Follower(kafka, loop: loop, pool: pool, generation: generation.number, holder: holder)
            let ends = try await LogScan(kafka, loop: loop).ends()
            return try await withThrowingTaskGroup(of: Void.self) { group in
                // A failure is thrown by `reach`.
                group.addTask(executorPreference: loop) { try? await follower.run(Array(ends.keys)) }
                defer { group.cancelAll() }
                try await follower.reach(ends)
                return try await body(follower)
            }
        }
    }

    private func verify(
        _ generation: Generations.Generation, _ connection: PostgresConnection, _ follower: Follower
    ) async throws -> Verification.Report {
        let verification = try await Verifier(postgres, kafka, loop: loop).run(generation) { read, total in
            report(RebuildProgress(phase: "verifying", events: read, total: total))
        }
        try await Generations(connection, files).note(generation.number, verification)
        guard verification.isEqual else { throw NotAsTheLog(schema: generation.schema, report: verification) }
        return verification
    }

    private func makeLive(
        _ next: Generations.Generation, _ connection: PostgresConnection, _ follower: Follower, _ lease: OperatorLease,
        acceptsQuarantine: Bool
    ) async throws {
        let generations = Generations(connection, files)
        let all = try await generations.all()
        guard let live = all.first(where: { $0.state == .live }) else { throw ReplayFault.noGeneration("live") }
        let quarantined =
            try await connection.query("select count(*) as n from \(next.schema).quarantine").rows.first?.int("n") ?? 0
        guard acceptsQuarantine || quarantined == 0 else {
            throw ReplayFault.refused(
                "\(quarantined) records are in quarantine in \(next.schema): look at them with "
                    + "`warelog quarantine list --generation \(next.number)`, or switch with --accept-quarantine")
        }
        // One generation is kept for a rollback: the one that is live until now.
        if let old = all.first(where: { $0.state == .standby }), old.number != next.number {
            try await generations.drop(old)
        }
        try await withConnection(postgres, loop: loop) { own in
            try await SwitchOver(own, files, loop: loop).run(from: live, to: next, follower, lease)
        }
        report(RebuildProgress(phase: "live", events: 0, total: 0))
    }

    private func withLease<Value>(
        _ body: (PostgresConnection, OperatorLease) async throws -> Value
    ) async throws -> Value {
        try await withConnection(postgres, loop: loop) { connection in
            try await body(connection, try await OperatorLease.take(.rebuild, as: holder, connection))
        }
    }
}

/// The new read model differs from the log.
package struct NotAsTheLog: Error, CustomStringConvertible {
    package let schema: String
    package let report: Verification.Report
    package var description: String {
        let named = report.differences.prefix(3).map { "\($0.table.rawValue) \($0.id) (\($0.kind.rawValue))" }
        return "\(schema) differs from the log: \(named.joined(separator: ", ")); nothing was switched"
    }
}
