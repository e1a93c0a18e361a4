import Base
import EventLoop
import Events
import Postgres
import Service
import Synchronization
import Telemetry

/// Supplies ids for new products or users from blocks that it leases from a Postgres sequence. One round trip leases a
/// thousand ids ahead of need, so clients can create products while Postgres does not respond. Ids that are left when
/// the process ends are never used.
///
/// Ids are kept by partition, so that two attempts of one command can get ids of the same partition.
final class IDLease<Entity>: Sendable {
    typealias ID = Identifier<Entity>

    private struct Waiter {
        let partition: Int
        let continuation: CheckedContinuation<ID?, Never>
    }

    private enum Supply {
        case id(Int64)
        /// No id is left, and Postgres does not respond.
        case exhausted
        /// The next lease resumes the caller.
        case awaited
    }

    private struct State {
        /// The leased ids by partition. The last of a partition is used next.
        var ids: [[Int64]]
        var waiting: [Waiter] = []
        var canRefill = true
        /// The partition of the next id that can be of any partition.
        var turn = 0

        /// The number of ids of the partition that has the fewest.
        var fewest: Int { ids.lazy.map(\.count).min() ?? 0 }

        mutating func add(_ block: ClosedRange<Int64>) {
            let counted = Int64(ids.count)
            let byPartition = Dictionary(grouping: block.reversed()) { Int($0 % counted) }
            for (partition, leased) in byPartition { ids[partition] = leased + ids[partition] }
        }
    }

    /// The size of a block, as in `schema/postgres`.
    private static var blockSize: Int64 { 1000 }
    /// The minimum number of unused ids, over all partitions.
    private static var reserve: Int { 4000 }

    /// A create that finds no id waits for the lease, so a Postgres that does not answer must not hold it up for long.
    private static var leaseDeadline: Duration { .seconds(1) }

    private let context: ServiceContext
    private let sequence: String
    private let firstID: Int64
    /// The part of the reserve that each partition keeps.
    private let share: Int
    private let state: Mutex<State>
    /// The number of leased ids that are not used yet, as of the last lease or its failure.
    private let left: Gauge
    private let needed = Signal()

    /// Leases blocks of `sequence` and uses their ids from `firstID` on.
    init(_ context: ServiceContext, sequence: String, firstID: Int64 = 1, partitions: Int32) {
        self.context = context
        self.sequence = sequence
        self.firstID = firstID
        share = max(1, Self.reserve / Int(partitions))
        left = context.metrics.gauge(
            "warelog_gateway_leased_ids", "Leased ids that are not used yet.", ["sequence": sequence])
        state = Mutex(State(ids: Array(repeating: [], count: Int(partitions))))
        needed.send()
    }

    /// Returns an unused id of `partition`, or of any partition. Nil if none is left and Postgres does not respond.
    func next(in partition: Int32? = nil) async -> ID? {
        let (index, id, isLow) = state.withLock { state in
            state.turn = (state.turn + 1) % state.ids.count
            let index = partition.map(Int.init) ?? state.turn
            return (index, state.ids[index].popLast(), state.fewest < share / 2)
        }
        if isLow || id == nil { needed.send() }
        if let id { return ID(id) }
        return await withCheckedContinuation { continuation in
            let supply: Supply = state.withLock { state in
                if let id = state.ids[index].popLast() { return .id(id) }
                if !state.canRefill { return .exhausted }
                state.waiting.append(Waiter(partition: index, continuation: continuation))
                return .awaited
            }
            switch supply {
            case .id(let id): continuation.resume(returning: ID(id))
            case .exhausted: continuation.resume(returning: nil)
            case .awaited: break
            }
        }
    }

    /// Returns an id for a command. All attempts of a command with an idempotency key get ids of one partition, whose
    /// order decides between them.
    func next(for mark: IdempotencyMark?) async -> ID? {
        await next(
            in: mark.map { mark in Int32(FNV1a.hash(mark.key) % UInt64(state.withLock { $0.ids.count })) })
    }

    /// Leases blocks whenever ids run low, until the task is cancelled.
    func run(_ pool: PostgresPool) async throws {
        for await _ in needed {
            var backoff = Backoff(initial: .milliseconds(50), maximum: .milliseconds(500))
            var failures = 0
            while state.withLock({ $0.fewest < share || !$0.waiting.isEmpty }) {
                do {
                    try await lease(pool)
                    failures = 0
                    backoff.reset()
                } catch {
                    failures += 1
                    fail()
                    note("\(error)", failures: failures)
                    // The pool reports when it is connected and not when Postgres can answer.
                    try await context.loop.sleep(for: backoff.next())
                }
            }
        }
    }

    private func lease(_ pool: PostgresPool) async throws {
        let rows = try await pool.query(
            "select warelog.lease_block($1::regclass) as block", [.text(sequence)], deadline: Self.leaseDeadline
        ).rows
        guard let row = rows.first else { return }
        let first = try row.int("block") * Self.blockSize + 1
        let last = first + Self.blockSize - 1
        guard last >= firstID else { return }
        let resumed = state.withLock { state in
            state.canRefill = true
            state.add(max(first, firstID)...last)
            var resumed: [(CheckedContinuation<ID?, Never>, Int64)] = []
            state.waiting.removeAll { waiter in
                guard let id = state.ids[waiter.partition].popLast() else { return false }
                resumed.append((waiter.continuation, id))
                return true
            }
            return resumed
        }
        for (waiter, id) in resumed { waiter.resume(returning: ID(id)) }
        note(nil, failures: 0)
    }

    /// Says how many ids are left; `failure` is why no more can be leased, `failures` how often in a row. Without an id
    /// nothing can be created, and a person may have to mend that, unless Postgres is only late at the start.
    private func note(_ failure: String?, failures: Int) {
        let count = state.withLock { $0.ids.reduce(0) { $0 + $1.count } }
        left.set(count)
        guard let failure else { return context.health.well(sequence) }
        if count == 0 { context.health.unwell(sequence, "no ids are left: \(failure)") }
        if count == 0 && failures > 1 {
            context.log.error("no ids are left", ["sequence": sequence, "error": failure])
        } else {
            context.log.warning("no ids could be leased", ["sequence": sequence, "left": count, "error": failure])
        }
    }

    /// Tells all waiting callers that no ids are available.
    private func fail() {
        let waiting = state.withLock { state in
            state.canRefill = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.continuation.resume(returning: nil) }
    }
}
