import Base
import EventLog
import EventLoop
import Events
import Postgres
import Service
import Synchronization
import Telemetry

/// Tells the followers of products about changes. It makes one query for each commit of the projector, however many
/// followers there are.
final class ChangeFeed: Sendable {
    /// A follower's place in the feed. Deallocation gives it back.
    final class Subscription: Sendable {
        private let feed: ChangeFeed
        private let follower: Follower

        fileprivate init(_ feed: ChangeFeed, _ follower: Follower) {
            self.feed = feed
            self.follower = follower
        }

        deinit { feed.leave(follower) }

        /// Yields at the beginning, after each change and after every `heartbeat`; several may be merged into one. Ends
        /// when the process stops.
        var signals: Signal { follower.signal }

        /// Whether there may be a change since the last call. True at the first call.
        func takeChange() -> Bool { follower.changed.exchange(false, ordering: .acquiringAndReleasing) }
    }

    fileprivate final class Follower: Sendable {
        let product: ProductID
        let signal = Signal()
        let changed = Atomic(true)

        init(_ product: ProductID) {
            self.product = product
            signal.send()
        }

        func change() {
            changed.store(true, ordering: .releasing)
            signal.send()
        }
    }

    private typealias Followers = [ObjectIdentifier: Follower]

    private struct State {
        var followers: [Int32: [ProductID: Followers]] = [:]
        var count = 0
        /// The folded offsets whose changes the feed has not read yet, by partition.
        var due: [Int32: Range<Int64>] = [:]
        var isStopped = false
    }

    static let heartbeat = Duration.seconds(15)

    private let context: ServiceContext
    private let partitions: Int32
    private let maximum: Int
    private let state = Mutex(State())
    private let hasDue = Signal()

    init(_ context: ServiceContext, partitions: Int32, maximum: Int) {
        self.context = context
        self.partitions = partitions
        self.maximum = maximum
    }

    /// Nil if the feed has the maximum number of followers, or has stopped.
    func follow(_ product: ProductID) -> Subscription? {
        let follower = Follower(product)
        let partition = product.partition(of: partitions)
        let isAdded = state.withLock { state in
            guard state.count < maximum, !state.isStopped else { return false }
            state.count += 1
            state.followers[partition, default: [:]][product, default: [:]][ObjectIdentifier(follower)] = follower
            return true
        }
        return isAdded ? Subscription(self, follower) : nil
    }

    private func leave(_ follower: Follower) {
        let partition = follower.product.partition(of: partitions)
        state.withLock { state in
            var followers = state.followers[partition]?[follower.product]
            guard followers?.removeValue(forKey: ObjectIdentifier(follower)) != nil else { return }
            state.count -= 1
            state.followers[partition]?[follower.product] = followers?.isEmpty == true ? nil : followers
        }
    }

    /// Reports that the records of a partition of `products.events` with these offsets are folded.
    func folded(_ partition: Int32, _ offsets: Range<Int64>) {
        let isFollowed = state.withLock { state in
            guard state.followers[partition]?.isEmpty == false else { return false }
            let due = state.due[partition] ?? offsets
            state.due[partition] = min(due.lowerBound, offsets.lowerBound)..<max(due.upperBound, offsets.upperBound)
            return true
        }
        if isFollowed { hasDue.send() }
    }

    /// Tells the followers about changes until the task is cancelled or the process stops.
    func run(_ pool: PostgresPool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) {
                for await _ in self.hasDue { await self.tell(pool) }
            }
            group.addTask(executorPreference: context.loop) {
                while true {
                    try await self.context.loop.sleep(for: Self.heartbeat)
                    for follower in self.all { follower.signal.send() }
                    self.hasDue.send()  // retries a failed query
                }
            }
            group.addTask(executorPreference: context.loop) { await self.context.stop.wait() }
            defer {
                group.cancelAll()
                end()
            }
            // The process stops, or a task failed: the other tasks do not end by themselves.
            try await group.next()
        }
    }

    private var all: [Follower] {
        state.withLock { $0.followers.values.flatMap { $0.values.flatMap(\.values) } }
    }

    private func end() {
        state.withLock { $0.isStopped = true }
        for follower in all { follower.signal.finish() }
    }

    private func tell(_ pool: PostgresPool) async {
        let due = state.withLock { state in
            defer { state.due = [:] }
            return state.due
        }
        for (partition, offsets) in due {
            let followed = state.withLock { $0.followers[partition].map { Array($0.keys) } ?? [] }
            if followed.isEmpty { continue }
            do {
                let rows = try await pool.query(
                    """
                    select distinct product_id from warelog.product_changes
                    where product_id = any($1::bigint[]) and log_offset >= $2 and log_offset < $3
                    """, [.intArray(followed.map(\.value)), .int(offsets.lowerBound), .int(offsets.upperBound)]
                ).rows
                let changed = try rows.compactMap { ProductID(try $0.int("product_id")) }
                let followers = state.withLock { state in
                    changed.flatMap { state.followers[partition]?[$0].map { Array($0.values) } ?? [] }
                }
                for follower in followers { follower.change() }
            } catch {
                context.log.warning("cannot read changes of followed products", ["error": "\(error)"])
                folded(partition, offsets)
                return  // the next commit or heartbeat tries again
            }
        }
    }
}
