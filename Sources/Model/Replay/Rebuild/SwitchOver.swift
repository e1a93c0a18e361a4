import EventLog
package import EventLoop
import Kafka
package import Postgres
import ReadModel

/// Makes another generation the live one: in one transaction, at an end of the log that both have reached, so that no
/// reader sees an older state than before. Writers wait some milliseconds longer for their verdicts; no request is
/// refused.
package struct SwitchOver: Sendable {
    /// The longest wait for readers that hold the views; new readers wait behind us.
    private static let lockTimeout = "250ms"
    private static let attempts = 40

    private let connection: PostgresConnection
    private let files: SchemaFiles
    private let loop: EventLoop

    /// `connection` must not be used for anything else.
    package init(_ connection: PostgresConnection, _ files: SchemaFiles, loop: EventLoop) {
        self.connection = connection
        self.files = files
        self.loop = loop
    }

    /// `follower` keeps `next` up with the log until the projectors take it over.
    package func run(
        from live: Generations.Generation, to next: Generations.Generation, _ follower: Follower, _ lease: OperatorLease
    ) async throws {
        var makesViewsAnew = false
        for attempt in 1... {
            do {
                return try await attemptOnce(live, next, follower, lease, makesViewsAnew: makesViewsAnew)
            } catch let error as PostgresError where error.isOtherColumns && !makesViewsAnew {
                makesViewsAnew = true
            } catch let error as PostgresError where error.isTransient && attempt < Self.attempts {
                // A reader takes longer than the others should wait for us: let them go first, and try again.
                try await loop.sleep(for: .milliseconds(100))
            }
        }
    }

    private func attemptOnce(
        _ live: Generations.Generation, _ next: Generations.Generation, _ follower: Follower, _ lease: OperatorLease,
        makesViewsAnew: Bool
    ) async throws {
        try await connection.simple("begin; set local lock_timeout = '\(Self.lockTimeout)'")
        do {
            try await lease.check(connection)
            // From here on, no projector can commit to the live generation.
            let rows = try await connection.query(
                "select topic, partition, next_offset from \(live.schema).checkpoints for update"
            ).rows
            var ends: LogEnds = [:]
            for row in rows { ends[try TopicPartition(row: row)] = try row.int("next_offset") }
            try await loop.withDeadline(.seconds(10)) { [ends] in try await follower.reach(ends) }
            try await connection.simple(
                """
                update \(live.schema).checkpoints set owner_epoch = owner_epoch + 1, owner = null;
                update \(next.schema).checkpoints set owner = null;
                update warelog.read_models set state = 'standby', changed_at = now() where generation = \(live.number);
                update warelog.read_models set state = 'live', phase = '', changed_at = now()
                where generation = \(next.number)
                """)
            try await Views(connection, files).show(next.schema, anew: makesViewsAnew)
            try await connection.simple(
                """
                select pg_notify('warelog_folded', topic || ' ' || partition || ' ' || next_offset)
                from \(next.schema).checkpoints;
                notify \(ReadModel.fencedChannel);
                commit
                """)
        } catch {
            try? await connection.simple("rollback")
            throw error
        }
    }
}
