import EventLoop
import Kafka

/// The work between two changes of the assigned partitions: one task reads records into a backlog, and a few lanes take
/// batches of different partitions from it. It must stay on one loop.
final class Session: @unchecked Sendable {
    static let lanes = 4
    private static let batchSize = 2000
    /// The number of records that are worth a batch of their own while another is in flight.
    private static let worthwhile = 500

    private let consumer: KafkaConsumer
    private let loop: EventLoop
    private let project: @Sendable (Backlog.Work) async throws -> Void
    private let backlog = Backlog(capacity: lanes * batchSize, worthwhile: worthwhile)

    /// `project` folds and commits one batch.
    init(
        _ consumer: KafkaConsumer, on loop: EventLoop, project: @escaping @Sendable (Backlog.Work) async throws -> Void
    ) {
        self.consumer = consumer
        self.loop = loop
        self.project = project
    }

    /// Projects records until the partitions change, and returns that change when all earlier records are committed.
    /// Throws the first failure of a batch; then only the checkpoints tell how far the other batches are.
    func run() async throws -> ConsumerEvent {
        try await withThrowingTaskGroup(of: ConsumerEvent?.self) { group in
            for _ in 0..<Self.lanes {
                group.addTask(executorPreference: loop) {
                    while let work = try await self.backlog.take(maximum: Self.batchSize) {
                        try await self.project(work)
                        self.backlog.finish(work)
                    }
                    return nil
                }
            }
            group.addTask(executorPreference: loop) {
                defer { self.backlog.close() }
                return try await self.read()
            }
            do {
                var change: ConsumerEvent?
                for try await end in group { change = end ?? change }
                guard let change else { throw CancellationError() }
                return change
            } catch {
                backlog.close(dropping: true)
                throw error
            }
        }
    }

    /// Makes `run` throw `error` when the batches in flight have ended.
    func fail(_ error: any Error) { backlog.fail(error) }

    /// Reads records into the backlog, and returns the event that ends the session.
    private func read() async throws -> ConsumerEvent {
        while true {
            switch try await consumer.next(maximum: Self.batchSize) {
            case .records(let records): await backlog.add(records)
            case .reachedEnd(let ends): await backlog.add(ends: ends)
            case .assigned(let partitions): return .assigned(partitions)
            case .revoked(let partitions, let lost): return .revoked(partitions, lost: lost)
            }
        }
    }
}
