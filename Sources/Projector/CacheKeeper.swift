import Base
import EventLoop
import Events
import Kafka
import Postgres
import ProductCache
import ReadModel
import Redis
import Service
import Synchronization
import Telemetry

/// Keeps the cache truthful: after each commit it invalidates the changed products and then publishes the watermark.
/// After an outage of Redis or of a projector it repeats the invalidations that Redis may have missed.
///
/// Redis itself holds the watermark, which tells the invalidations that it has missed. Where it holds none, nobody
/// knows which entries are stored, and all of them are removed.
///
/// An invalidation that Redis refuses, as a server does that has become a replica, is repeated until it is done. In the
/// meantime the watermark stays behind the checkpoint, and a second after the commit gateways stop serving the
/// partition's products from the cache.
final class CacheKeeper: Sendable {
    /// The number of pending changes above which it is cheaper to ask the read model for them.
    private static let maximumPending = 50_000

    private struct State {
        var pending: [ProductID: Int64] = [:]
        /// The checkpoints of our partitions of `products.events`.
        var checkpoints: [Int32: Int64] = [:]
        var mustRepair = true
    }

    private let context: ServiceContext
    private let cache: ProductCache
    private let redis: RedisClient
    private let pool: PostgresPool
    private let state = Mutex(State())
    private let workDue = Signal()

    init(_ context: ServiceContext, _ cache: ProductCache, _ redis: RedisClient, _ pool: PostgresPool) {
        self.context = context
        self.cache = cache
        self.redis = redis
        self.pool = pool
    }

    /// Takes note that these partitions are ours from now on, folded up to these offsets.
    func owns(_ checkpoints: [TopicPartition: Int64]) {
        state.withLock { state in
            state.pending = [:]
            state.checkpoints = Dictionary(uniqueKeysWithValues: checkpoints.map { ($0.key.partition, $0.value) })
            state.mustRepair = true
        }
        workDue.send()
    }

    /// Takes note of the changes of a committed transaction.
    func committed(_ changes: [ProductCache.Change], _ checkpoints: [TopicPartition: Int64]) {
        state.withLock { state in
            for (partition, next) in checkpoints { state.checkpoints[partition.partition] = next }
            guard !state.mustRepair else { return }  // the repair asks the read model, which has these changes
            for change in changes { state.pending[change.id] = change.offset }
            if state.pending.count > Self.maximumPending {
                state.pending = [:]
                state.mustRepair = true
            }
        }
        workDue.send()
    }

    /// Runs until it is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) {
                for await isConnected in self.redis.connectionStates() {
                    if isConnected {
                        self.context.health.well("redis")
                        self.state.withLock { $0.mustRepair = true }
                        self.workDue.send()
                    } else {
                        self.context.health.well("redis")  // the projector goes on without the cache
                        self.context.log.warning("the cache is unavailable")
                    }
                }
            }
            group.addTask(executorPreference: context.loop) {
                for await _ in self.workDue { await self.workPersistently() }
            }
        }
    }

    /// Works until Redis has done it. Without a connection it ends: the next connection repairs.
    private func workPersistently() async {
        var backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(1))
        while redis.isConnected {
            do {
                if state.withLock({ $0.mustRepair }) { try await repair() } else { try await invalidate() }
                return
            } catch {
                state.withLock { $0.mustRepair = true }
                context.log.warning("the cache could not be invalidated", ["error": "\(error)"])
            }
            do { try await context.loop.sleep(for: backoff.next()) } catch { return }  // the process stops
        }
    }

    private func invalidate() async throws {
        let (pending, checkpoints) = state.withLock { state in
            defer { state.pending = [:] }
            return (state.pending, state.checkpoints)
        }
        try await publish(pending.map { .init(id: $0.key, offset: $0.value) }, checkpoints)
    }

    /// Invalidates the changes and publishes the watermarks after the last of them.
    private func publish(_ changes: [ProductCache.Change], _ checkpoints: [Int32: Int64]) async throws {
        var rest = changes[...]
        while rest.count > ProductCache.maximumChanges {
            try await cache.invalidate(Array(rest.prefix(ProductCache.maximumChanges)), watermarks: [:])
            rest = rest.dropFirst(ProductCache.maximumChanges)
        }
        try await cache.invalidate(Array(rest), watermarks: checkpoints)
    }

    private func repair() async throws {
        // This comes before the queries, so that changes that are committed from here on are pending.
        let checkpoints = state.withLock { state in
            state.mustRepair = false
            state.pending = [:]
            return state.checkpoints
        }
        guard !checkpoints.isEmpty else { return }
        let watermarks = try await cache.watermarks()
        var count = 0
        if checkpoints.keys.contains(where: { watermarks[$0] == nil }) {
            try await cache.removeAll()
        } else {
            for (partition, checkpoint) in checkpoints {
                guard var from = watermarks[partition], from < checkpoint else { continue }
                while true {
                    let changes = try await ReadModel.changes(
                        partition: partition, from: from, limit: ProductCache.maximumChanges, pool)
                    try await cache.invalidate(changes.map { .init(id: $0.id, offset: $0.offset) }, watermarks: [:])
                    count += changes.count
                    guard changes.count == ProductCache.maximumChanges, let last = changes.last else { break }
                    from = last.offset + 1
                }
            }
        }
        try await cache.invalidate([], watermarks: checkpoints)
        context.log.info("the cache is repaired", ["invalidated": count])
    }
}
