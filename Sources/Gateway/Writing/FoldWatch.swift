import Base
import EventLog
import EventLoop
import Events
import Postgres
import Service
import Synchronization
import Telemetry

/// Tells waiting writers what the fold decided on their commands, and waiting readers that a position is folded.
///
/// The projector's transaction ends with a NOTIFY of the topic, the partition and the next offset, which Postgres
/// delivers after the commit and in order. One query for each notification resolves all waiting commands below that
/// offset, so the gateway does not poll and makes one round trip for any number of waiters.
final class FoldWatch: Sendable {
    private struct Partition: Hashable {
        let topic: String
        let partition: Int32
    }

    private struct Waiter {
        let ticket: Int
        /// Nil if the waiter needs to know only that the offset is folded.
        let command: CommandID?
        let offset: Int64
        let continuation: CheckedContinuation<Decision?, Never>
    }

    private struct State {
        var waiting: [Partition: [Waiter]] = [:]
        /// Waiters whose commands are folded and not looked up yet.
        var due: [Waiter] = []
        /// The next offset to be folded, by partition.
        var folded: [Partition: Int64] = [:]
        var nextTicket = 0
    }

    private let context: ServiceContext
    private let postgres: PostgresConfiguration
    private let changes: ChangeFeed
    private let cache: CacheTrust
    private let state = Mutex(State())
    private let hasDue = Signal()

    /// Forwards folded offsets to `changes` and `cache`.
    init(
        _ context: ServiceContext, _ postgres: PostgresConfiguration, _ changes: ChangeFeed, _ cache: CacheTrust
    ) {
        self.context = context
        self.postgres = postgres
        self.changes = changes
        self.cache = cache
    }

    /// Waits for the fold's decision on `command`, whose event is at `position`. Nil if the decision cannot be read or
    /// the task is cancelled.
    func decision(on command: CommandID, _ topic: Topic, at position: LogPosition) async -> Decision? {
        await wait(for: command, topic, position)
    }

    /// Returns when the event at `position` is folded or the task is cancelled.
    func folded(_ topic: Topic, _ position: LogPosition) async { _ = await wait(for: nil, topic, position) }

    private func wait(for command: CommandID?, _ topic: Topic, _ position: LogPosition) async -> Decision? {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let partition = Partition(topic: topic.name, partition: position.partition)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(
                    ticket: ticket, command: command, offset: position.offset, continuation: continuation)
                let mustAnswer = state.withLock { state in
                    if Task.isCancelled { return true }
                    guard state.folded[partition, default: 0] > position.offset else {
                        state.waiting[partition, default: []].append(waiter)
                        return false
                    }
                    if command != nil { state.due.append(waiter) }
                    return command == nil
                }
                if mustAnswer { continuation.resume(returning: nil) } else { hasDue.send() }
            }
        } onCancel: {
            cancel(ticket, partition)?.resume(returning: nil)
        }
    }

    private func cancel(_ ticket: Int, _ partition: Partition) -> CheckedContinuation<Decision?, Never>? {
        state.withLock { state in
            if let index = state.waiting[partition]?.firstIndex(where: { $0.ticket == ticket }) {
                return state.waiting[partition]?.remove(at: index).continuation
            }
            if let index = state.due.firstIndex(where: { $0.ticket == ticket }) {
                return state.due.remove(at: index).continuation
            }
            return nil
        }
    }

    /// Listens until the task is cancelled, and reconnects with back-off after a failure.
    func run() async throws {
        try await withPool(postgres, loop: context.loop, size: 1, maximumWaiting: 64) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: context.loop) {
                    for await _ in self.hasDue { await self.resolve(pool) }
                }
                group.addTask(executorPreference: context.loop) { try await self.listen() }
                try await group.waitForAll()
            }
        }
    }

    private func listen() async throws {
        let subscription = PostgresSubscription(postgres, loop: context.loop, channel: "warelog_folded")
        try await subscription.run { connection in
            // Reads what was folded before LISTEN took effect. After a rebuild it can be less than before.
            self.state.withLock { $0.folded = [:] }
            let sql = "select topic, partition, next_offset from warelog.checkpoints"
            for row in try await connection.query(sql).rows {
                self.advance(
                    Partition(topic: try row.text("topic"), partition: Int32(try row.int("partition"))),
                    to: try row.int("next_offset"))
            }
            self.context.health.well("postgres")
        } receive: { notification in
            self.receive(notification.payload)
        } lose: { error in
            self.context.log.warning("cannot listen for folded offsets", ["error": "\(error)"])
            self.context.health.unwell("postgres", "no connection")
        }
    }

    /// Reads a payload such as `products.events 3 1042`: all records of partition 3 before offset 1042 are folded.
    private func receive(_ payload: String) {
        let parts = payload.split(separator: " ")
        guard parts.count == 3, let partition = Int32(parts[1]), let next = Int64(parts[2]) else {
            context.log.warning("received a malformed notification of folded offsets")
            return
        }
        advance(Partition(topic: String(parts[0]), partition: partition), to: next)
    }

    private func advance(_ partition: Partition, to next: Int64) {
        let (before, folded, areDue) = state.withLock { state in
            let before = state.folded[partition, default: 0]
            guard next > before else { return (before, [Waiter](), false) }
            state.folded[partition] = next
            guard let waiting = state.waiting[partition], !waiting.isEmpty else { return (before, [], false) }
            state.waiting[partition] = waiting.filter { $0.offset >= next }
            let reached = waiting.filter { $0.offset < next }
            state.due += reached.filter { $0.command != nil }
            return (before, reached.filter { $0.command == nil }, !state.due.isEmpty)
        }
        if partition.topic == Topic.products.name, before < next {
            cache.folded(partition.partition, to: next)
            changes.folded(partition.partition, before..<next)
        }
        for waiter in folded { waiter.continuation.resume(returning: nil) }
        if areDue { hasDue.send() }
    }

    /// Reads the decisions on all due commands in one query.
    private func resolve(_ pool: PostgresPool) async {
        let due = state.withLock { state in
            defer { state.due = [] }
            return state.due
        }
        guard !due.isEmpty else { return }
        var decisions: [String: Decision] = [:]
        do throws(PostgresError) {
            let rows = try await pool.query(
                "select \(Decision.columns) from warelog.commands where command_id = any($1)",
                [.textArray(due.compactMap(\.command?.text))]
            ).rows
            for row in rows { decisions[try row.text("command_id")] = try Decision(row: row) }
        } catch {
            context.log.warning("cannot read verdicts", ["error": "\(error)", "commands": due.count])
        }
        for waiter in due { waiter.continuation.resume(returning: waiter.command.flatMap { decisions[$0.text] }) }
    }
}
