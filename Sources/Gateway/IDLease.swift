import Events
import Postgres
import Service
import Synchronization

/// Ids for new products, from blocks leased of a Postgres sequence: one round trip for a thousand, ahead of need, so
/// that creating goes on while Postgres is away. What is left of a block when the process ends is never used.
final class IDLease: Sendable {
    /// As `schema/postgres` says.
    private static let blockSize: Int64 = 1000
    /// Leased and unused ids to keep at least.
    private static let reserve = 4 * 1000

    private struct State {
        var ids: [ClosedRange<Int64>] = []
        var waiting: [CheckedContinuation<ProductID?, Never>] = []
        var canRefill = true

        var count: Int { ids.reduce(0) { $0 + $1.count } }

        mutating func take() -> ProductID? {
            guard let first = ids.first else { return nil }
            if first.count > 1 { ids[0] = (first.lowerBound + 1)...first.upperBound } else { ids.removeFirst() }
            return ProductID(first.lowerBound)
        }
    }

    private let context: ServiceContext
    private let state = Mutex(State())
    private let needed: AsyncStream<Void>
    private let need: AsyncStream<Void>.Continuation

    init(_ context: ServiceContext) {
        self.context = context
        (needed, need) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        need.yield()
    }

    /// An id that nobody else ever gets; nil when none is left and Postgres gives no more.
    func next() async -> ProductID? {
        let (id, isLow) = state.withLock { state in
            let id = state.take()
            return (id, state.count < Self.reserve / 2)
        }
        if isLow { need.yield() }
        if let id { return id }
        return await withCheckedContinuation { continuation in
            let answer: ProductID?? = state.withLock { state in
                if let id = state.take() { return .some(id) }
                if !state.canRefill { return .some(nil) }
                state.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Leases blocks whenever they run low, until cancelled.
    func run(_ pool: PostgresPool) async throws {
        for await _ in needed {
            while state.withLock({ $0.count }) < Self.reserve {
                do {
                    try await lease(pool)
                } catch {
                    fail()
                    context.log.warning("no ids to lease", ["error": "\(error)"])
                    try await context.loop.sleep(for: .seconds(1))  // the pool says when it is connected, not when Postgres is well
                }
            }
        }
        await pool.close()
    }

    private func lease(_ pool: PostgresPool) async throws {
        let rows = try await pool.query("select nextval('warelog.product_id_blocks') as block").rows
        guard let row = rows.first else { return }
        let first = try row.int("block") * Self.blockSize + 1
        let resumed = state.withLock { state in
            state.canRefill = true
            state.ids.append(first...(first + Self.blockSize - 1))
            var resumed: [(CheckedContinuation<ProductID?, Never>, ProductID)] = []
            while let waiter = state.waiting.first, let id = state.take() {
                state.waiting.removeFirst()
                resumed.append((waiter, id))
            }
            return resumed
        }
        for (waiter, id) in resumed { waiter.resume(returning: id) }
    }

    /// Whoever waits is told that there are none.
    private func fail() {
        let waiting = state.withLock { state in
            state.canRefill = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(returning: nil) }
    }
}
