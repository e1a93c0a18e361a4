import Base
import EventLoop
import ProductCache
import Synchronization

/// Knows which partitions may be served from the cache: those whose invalidations have reached the offset that is
/// folded, as far as this gateway knows, or have been behind it only for a moment.
///
/// The projector publishes a watermark after its invalidations. The watermark stays behind while Redis refuses them, as
/// a server that has become a replica does; after a failover that has lost some of them; and while no projector runs
/// that could repeat those that a killed projector has left undone.
final class CacheTrust: Sendable {
    /// The time that the invalidations of a commit may take.
    static let grace = Duration.seconds(1)

    private struct Partition {
        var folded: Int64 = 0
        /// The watermark as it was last read.
        var watermark: Int64 = 0
        /// The instant from which the watermark has been behind.
        var behindSince: ContinuousClock.Instant?

        mutating func compare(at now: ContinuousClock.Instant) {
            behindSince = watermark < folded ? behindSince ?? now : nil
        }
    }

    private let partitions = Mutex<[Int32: Partition]>([:])
    private let mustLook = Signal()

    /// Whether entries of this partition of `products.events` may be served.
    func covers(_ partition: Int32, at now: @autoclosure () -> ContinuousClock.Instant = .now) -> Bool {
        guard let since = partitions.withLock({ $0[partition]?.behindSince }) else { return true }
        return now() - since < Self.grace
    }

    /// Reports that the records of a partition before the offset `next` are folded.
    func folded(_ partition: Int32, to next: Int64, at now: ContinuousClock.Instant = .now) {
        partitions.withLock { partitions in
            partitions[partition, default: Partition()].folded = next
            partitions[partition]?.compare(at: now)
        }
        mustLook.send()
    }

    /// Takes note of the watermarks. Returns whether all of them have reached what is folded.
    func see(_ watermarks: [Int32: Int64], at now: ContinuousClock.Instant = .now) -> Bool {
        partitions.withLock { partitions in
            for partition in partitions.keys {
                partitions[partition]?.watermark = watermarks[partition] ?? 0
                partitions[partition]?.compare(at: now)
            }
            return partitions.values.allSatisfy { $0.behindSince == nil }
        }
    }

    /// Reads the watermarks whenever something is folded, until they have reached it, and until the task is cancelled.
    func run(_ cache: ProductCache, _ loop: EventLoop) async throws {
        for await _ in mustLook {
            var backoff = Backoff(initial: .milliseconds(10), maximum: .milliseconds(500))
            while true {
                // While Redis does not answer, nothing is served from it; it may come back with its old entries.
                if let watermarks = try? await cache.watermarks(), see(watermarks) { break }
                try await loop.sleep(for: backoff.next())
            }
        }
    }
}
