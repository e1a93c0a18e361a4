import Kafka
import Postgres
import ReadModel
import Service
import Telemetry

/// Tells the projection at once when a switch or an operator has fenced its partitions: otherwise it would notice that
/// by the first transaction that fails, and the writer of that record would wait for all of it.
struct FenceWatch: Sendable {
    let context: ServiceContext
    let postgres: PostgresConfiguration
    let projection: Projection

    /// Runs until it is cancelled. While there is no connection, the projection notices a fence by itself.
    func run() async throws {
        let subscription = PostgresSubscription(postgres, loop: context.loop, channel: ReadModel.fencedChannel)
        try await subscription.run { notification in
            projection.fenced(Self.partition(notification.payload))
        } lose: { error in
            context.log.debug("cannot listen for fences", ["error": "\(error)"])
        }
    }

    /// `products.events 3`; nil for all partitions.
    private static func partition(_ payload: String) -> TopicPartition? {
        let parts = payload.split(separator: " ")
        guard parts.count == 2, let partition = Int32(parts[1]) else { return nil }
        return TopicPartition(topic: String(parts[0]), partition: partition)
    }
}
