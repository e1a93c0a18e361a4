import Base
import Events
import Postgres
import Service
import Synchronization

/// Ids for new products or users, from blocks leased of a Postgres sequence: one round trip for a thousand, ahead of
/// need, so that creating goes on while Postgres is away. What is left of a block when the process ends is never used.
///
/// Ids are handed out by partition, so that both attempts of one command can meet in one.
final class IDLease<Entity>: Sendable {
    typealias ID = Identifier<Entity>

    private struct Waiter {
        let partition: Int
        let continuation: CheckedContinuation<ID?, Never>
    }

    private struct State {
        /// By partition; the next one to hand out is the last.
        var ids: [[Int64]]
        var waiting: [Waiter] = []
        var canRefill = true
        /// Where the next id comes from that may be of any partition.
        var turn = 0

        /// Of the partition that has the fewest.
        var fewest: Int { ids.lazy.map(\.count).min() ?? 0 }

        mutating func add(_ block: ClosedRange<Int64>) {
            let counted = Int64(ids.count)
            let byPartition = Dictionary(grouping: block.reversed()) { Int($0 % counted) }
            for (partition, leased) in byPartition { ids[partition] = leased + ids[partition] }
        }
    }

    /// As `schema/postgres` says.
    private static var blockSize: Int64 { 1000 }
    /// Leased and unused ids to keep at least, over all partitions.
    private static var reserve: Int { 4000 }

    private let context: ServiceContext
    private let sequence: String
    private let firstID: Int64
    /// What each partition keeps of the reserve.
    private let share: Int
    private let state: Mutex<State>
    private let needed = Signal()

    /// Ids from `firstID` on, by blocks of the sequence, for `partitions` partitions.
    init(_ context: ServiceContext, sequence: String, firstID: Int64 = 1, partitions: Int32) {
        self.context = context
        self.sequence = sequence
        self.firstID = firstID
        share = max(1, Self.reserve / Int(partitions))
        state = Mutex(State(ids: Array(repeating: [], count: Int(partitions))))
        needed.send()
    }

    /// An id that nobody else ever gets, of `partition` or any; nil when none is left and Postgres gives no more.
    func next(in partition: Int32? = nil) async -> ID? {
        let (index, id, isLow) = state.withLock { state in
            state.turn = (state.turn + 1) % state.ids.count
            let index = partition.map(Int.init) ?? state.turn
            return (index, state.ids[index].popLast(), state.fewest < share / 2)
        }
        if isLow || id == nil { needed.send() }
        if let id { return ID(id) }
        return await withCheckedContinuation { continuation in
            let answer: Int64?? = state.withLock { state in
                if let id = state.ids[index].popLast() { return .some(id) }
                if !state.canRefill { return .some(nil) }
                state.waiting.append(Waiter(partition: index, continuation: continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer.flatMap { ID($0) }) }
        }
    }

    /// An id for a command: both attempts of one meet in one partition, where the log's order decides between them.
    func next(for mark: IdempotencyMark?) async -> ID? {
        await next(
            in: mark.map { mark in Int32(FNV1a.hash(mark.key) % UInt64(state.withLock { $0.ids.count })) })
    }

    /// Leases blocks whenever they run low, until cancelled.
    func run(_ pool: PostgresPool) async throws {
        for await _ in needed {
            while state.withLock({ $0.fewest < share || !$0.waiting.isEmpty }) {
                do {
                    try await lease(pool)
                } catch {
                    fail()
                    context.log.warning("no ids to lease", ["error": "\(error)"])
                    // The pool says when it is connected, not when Postgres is well.
                    try await context.loop.sleep(for: .seconds(1))
                }
            }
        }
        await pool.close()
    }

    private func lease(_ pool: PostgresPool) async throws {
        let rows = try await pool.query("select warelog.lease_block($1::regclass) as block", [.text(sequence)]).rows
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
    }

    /// Whoever waits is told that there are none.
    private func fail() {
        let waiting = state.withLock { state in
            state.canRefill = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.continuation.resume(returning: nil) }
    }
}
