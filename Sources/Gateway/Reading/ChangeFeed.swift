import Base
import EventLog
import EventLoop
import Events
import Postgres
import Service
import Synchronization

/// Tells whoever follows a product that it has changed: one query for each commit of the projector, however many follow.
final class ChangeFeed: Sendable {
    /// A follower's place, for as long as somebody holds it.
    final class Subscription: Sendable {
        private let feed: ChangeFeed
        private let ear: Ear

        fileprivate init(_ feed: ChangeFeed, _ ear: Ear) {
            self.feed = feed
            self.ear = ear
        }

        deinit { feed.leave(ear) }

        /// An element at the beginning, after each change, and every `heartbeat`; several may be one. Ends when the
        /// process is to end.
        var signals: Signal { ear.signal }

        /// Whether there may be a change since the last call; true at the first.
        func takeChange() -> Bool { ear.changed.exchange(false, ordering: .acquiringAndReleasing) }
    }

    fileprivate final class Ear: Sendable {
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

    private typealias Followers = [ObjectIdentifier: Ear]

    private struct State {
        var followers: [Int32: [ProductID: Followers]] = [:]
        var count = 0
        /// Offsets that are folded and not looked at yet, by partition.
        var due: [Int32: Range<Int64>] = [:]
        var isOver = false
    }

    static let heartbeat = Duration.seconds(15)

    private let context: ServiceContext
    private let partitions: Int32
    private let maximum: Int
    private let state = Mutex(State())
    private let hasDue = Signal()

    /// For at most `maximum` followers.
    init(_ context: ServiceContext, partitions: Int32, maximum: Int) {
        self.context = context
        self.partitions = partitions
        self.maximum = maximum
    }

    /// Nil when there are as many as may be.
    func follow(_ product: ProductID) -> Subscription? {
        let ear = Ear(product)
        let partition = product.partition(of: partitions)
        let isIn = state.withLock { state in
            guard state.count < maximum, !state.isOver else { return false }
            state.count += 1
            state.followers[partition, default: [:]][product, default: [:]][ObjectIdentifier(ear)] = ear
            return true
        }
        return isIn ? Subscription(self, ear) : nil
    }

    private func leave(_ ear: Ear) {
        let partition = ear.product.partition(of: partitions)
        state.withLock { state in
            var followers = state.followers[partition]?[ear.product]
            guard followers?.removeValue(forKey: ObjectIdentifier(ear)) != nil else { return }
            state.count -= 1
            state.followers[partition]?[ear.product] = followers?.isEmpty == true ? nil : followers
        }
    }

    /// The records of a partition of `products.events` with these offsets are folded.
    func folded(_ partition: Int32, _ offsets: Range<Int64>) {
        let isFollowed = state.withLock { state in
            guard state.followers[partition]?.isEmpty == false else { return false }
            let due = state.due[partition] ?? offsets
            state.due[partition] = min(due.lowerBound, offsets.lowerBound)..<max(due.upperBound, offsets.upperBound)
            return true
        }
        if isFollowed { hasDue.send() }
    }

    /// Tells the followers, until cancelled or the process is to end.
    func run(_ pool: PostgresPool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) {
                for await _ in self.hasDue { await self.tell(pool) }
            }
            group.addTask(executorPreference: context.loop) {
                while true {
                    try await self.context.loop.sleep(for: Self.heartbeat)
                    for follower in self.all { follower.signal.send() }
                    self.hasDue.send()  // what could not be looked at the last time
                }
            }
            group.addTask(executorPreference: context.loop) { await self.context.stop.wait() }
            defer {
                group.cancelAll()
                end()
            }
            // Whichever is first: the others have no end of their own.
            try await group.next()
        }
    }

    private var all: [Ear] {
        state.withLock { $0.followers.values.flatMap { $0.values.flatMap(\.values) } }
    }

    private func end() {
        state.withLock { $0.isOver = true }
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
                context.log.warning("changes cannot be read", ["error": "\(error)"])
                folded(partition, offsets)
                return  // with the next commit, or the next heartbeat
            }
        }
    }
}
