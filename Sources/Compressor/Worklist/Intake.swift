import Base
import EventLog
import Events
import Kafka
import Service
import Telemetry

/// Reads and folds each partition of the log, and passes on the images that were requested and not yet answered.
///
/// The intake first reads a partition up to the end that the log had at assignment, so that answered images are not
/// made again; then it passes on the open requests. It commits the low-watermark to Kafka, which is only an
/// optimisation: from any lower offset the same requests result.
final class Intake: @unchecked Sendable {
    // `@unchecked`: for the loop's thread only.
    private struct Partition {
        var pending: PendingImages
        /// The end of the log at assignment; nil once that is reached.
        var catchingUpTo: Int64?
        var committed: Int64
        var isPaused = false
    }

    private let context: ServiceContext
    private let consumer: KafkaConsumer
    private let admin: KafkaAdmin
    private let worklist: Worklist
    private let backlog: Int
    private let skipped: Counter
    private let pendingGauge: Gauge
    private var partitions: [TopicPartition: Partition] = [:]
    private let commitDue = Signal()

    init(
        _ context: ServiceContext, _ settings: CompressorSettings, consumer: KafkaConsumer, admin: KafkaAdmin,
        worklist: Worklist
    ) {
        self.context = context
        self.consumer = consumer
        self.admin = admin
        self.worklist = worklist
        backlog = settings.backlog
        skipped = context.metrics.counter(
            "warelog_compressor_skipped_records_total", "Records that are not a known event.")
        pendingGauge = context.metrics.gauge(
            "warelog_compressor_pending_images", "Images that are requested and have no answer yet.")
    }

    /// Reads until cancelled.
    func run() async throws {
        worklist.onAnswer = { [unowned self] job in answered(job) }
        worklist.isWanted = { [unowned self] job in isWanted(job) }
        try consumer.subscribe(to: [Topic.products.name])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: context.loop) { await self.commitLowWatermarks() }
            group.addTask(executorPreference: context.loop) { try await self.read() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func read() async throws {
        while !Task.isCancelled {
            switch try await consumer.next(maximum: 1000) {
            case .assigned(let assigned): try await start(assigned)
            case .revoked(let revoked, let lost):
                context.log.info("partitions revoked", ["partitions": revoked.map(\.description), "lost": lost])
                context.health.unwell("partitions", "not assigned")
                worklist.removeAll()
                partitions = [:]
                try consumer.unassign()
            case .records(let records): try fold(records)
            case .reachedEnd: break
            }
        }
    }

    private func start(_ assigned: [TopicPartition]) async throws {
        let committed = try await consumer.committed(assigned)
        let ends = try await admin.offsets(of: assigned, at: .latest)
        partitions = [:]
        for partition in assigned {
            let from = (committed[partition] ?? nil) ?? 0
            let end = ends[partition] ?? 0
            partitions[partition] = Partition(
                pending: PendingImages(from: from), catchingUpTo: from < end ? end : nil, committed: from)
        }
        try consumer.assign(partitions.mapValues(\.pending.next))
        context.health.well("partitions")
        context.log.info("partitions assigned", ["partitions": assigned.sorted().map(\.description)])
    }

    private func fold(_ records: [KafkaRecord]) throws {
        for record in records {
            // Removed while it changes, because with a second reference each change would copy it.
            guard var partition = partitions.removeValue(forKey: record.topicPartition) else { continue }
            defer { partitions[record.topicPartition] = partition }
            let asks = fold(record, into: &partition.pending)
            if let end = partition.catchingUpTo {
                if partition.pending.next >= end || partition.pending.count >= backlog {
                    partition.catchingUpTo = nil
                    handOn(partition.pending.all, record.topicPartition)
                }
            } else {
                handOn(asks, record.topicPartition)
            }
        }
        try balance()
        pendingGauge.set(partitions.values.reduce(0) { $0 + $1.pending.count })
        commitDue.send()
    }

    /// Returns the requests of a record. An unreadable record requests nothing here; the projector quarantines it.
    private func fold(_ record: KafkaRecord, into pending: inout PendingImages) -> [PendingImages.Ask] {
        do {
            if case .product(let recorded) = try LogRecord(record) { return pending.fold(recorded) }
        } catch {
            skipped.increment()
            context.log.warning(
                "record skipped",
                ["partition": record.topicPartition.partition, "offset": record.offset, "reason": "\(error)"])
        }
        pending.skip(record.offset)
        return []
    }

    private func handOn(_ asks: [PendingImages.Ask], _ partition: TopicPartition) {
        for ask in asks { worklist.add(ImageJob(ask, partition: partition.partition)) }
    }

    /// The answer to `job` is on the log.
    private func answered(_ job: ImageJob) {
        let partition = TopicPartition(topic: Topic.products.name, partition: job.partition)
        partitions[partition]?.pending.answered(job.ask)
        do {
            try balance()
        } catch {
            context.log.error("partitions could not be resumed", ["error": "\(error)"])
        }
        commitDue.send()
    }

    /// False, for instance, when the product was deleted while the image waited.
    private func isWanted(_ job: ImageJob) -> Bool {
        let partition = TopicPartition(topic: Topic.products.name, partition: job.partition)
        return partitions[partition]?.pending.contains(job.ask) == true
    }

    /// Pauses partitions whose backlog is full and resumes them when it is half empty.
    private func balance() throws {
        for (partition, state) in partitions {
            if !state.isPaused, state.pending.count >= backlog {
                try consumer.pause([partition])
                partitions[partition]?.isPaused = true
            } else if state.isPaused, state.pending.count <= backlog / 2 {
                try consumer.resume([partition])
                partitions[partition]?.isPaused = false
            }
        }
    }

    /// Commits the low-watermarks that have moved, one commit at a time.
    private func commitLowWatermarks() async {
        for await _ in commitDue {
            var moved: [TopicPartition: Int64] = [:]
            for (partition, state) in partitions where state.pending.lowWatermark > state.committed {
                moved[partition] = state.pending.lowWatermark
            }
            guard !moved.isEmpty else { continue }
            do {
                try await consumer.commit(moved)
                for (partition, offset) in moved { partitions[partition]?.committed = offset }
            } catch {
                // The next commit moves further; a low-watermark that lags loses nothing.
                context.log.warning("low-watermarks not committed", ["error": "\(error)"])
            }
        }
    }
}
