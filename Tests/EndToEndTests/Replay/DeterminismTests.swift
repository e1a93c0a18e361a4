import EventLog
import EventLoop
import Events
import Glibc
import JSON
import Kafka
import LogTesting
import Postgres
import Replay
import SeededRandom
import Testing

extension EndToEnd {
    /// A projector that is killed again and again leaves the same rows as a fold in memory.
    @Suite struct DeterminismTests {
        private static let records = 20_000
        private static let kills = 50

        @Test func aProjectorThatIsKilledAtAnyPointMakesTheSameRows() throws {
            try Environment.run { warelog in
                await warelog.processes.stop(.compressor)  // its answers would go on while rows are compared
                let seed = Int.random(in: 1...1_000_000)
                // Ids of this run only, above those that the log has used.
                let base = 840 * Int64(Int.random(in: 2_000_000...2_000_000_000))
                let kafka = KafkaConfiguration(brokers: warelog.processes.brokers, clientID: "determinism")
                let scan = LogScan(kafka, loop: warelog.loop)
                let before = try await scan.ends()
                func count(_ topic: Topic) -> Int32 { Int32(before.keys.count { $0.topic == topic.name }) }
                let counts = PartitionCounts(products: count(.products), users: count(.users))
                let drafts = RandomStream(seed: seed, count: Self.records, base: base).drafts
                let sending = Task(executorPreference: warelog.loop) {
                    try await Self.send(drafts, counts, kafka, warelog.loop)
                }
                var random = SeededGenerator(seed: seed)
                let total = before.values.reduce(0, +) + Int64(drafts.count)
                for kill in 1...Self.kills {
                    // Somewhere on the way: after as many more records as there are for one, or before.
                    let share = total - Int64(drafts.count) * Int64(Self.kills - kill) / Int64(Self.kills)
                    let until = share - Int64.random(in: 0...Int64(drafts.count / Self.kills), using: &random)
                    try await warelog.fold { try await warelog.folded() >= until }
                    await warelog.processes.kill(.projector)
                    try warelog.processes.start(.projector)
                }
                try await sending.value
                let ends = try await scan.ends()
                try await warelog.fold { try await warelog.folded() >= ends.values.reduce(0, +) }
                try await warelog.processes.tool("verify")

                var model = MemoryReadModel(of: counts, discarded: try await Discards.all(warelog.database))
                try await scan.withReader(on: warelog.loop) { log in
                    try await log.read(to: ends) { try model.project($0) }
                }
                let snapshot = try await Snapshot(try await warelog.liveSchema(), warelog.database)
                let root = try await snapshot.root()
                #expect(root.differences(from: model.root).isEmpty, "seed \(seed)")
                #expect(root.roots(of: ends.keys) == model.root.roots(of: ends.keys), "seed \(seed)")
                try await warelog.database.simple("commit")
            }
        }

        private static func send(
            _ drafts: [Draft], _ counts: PartitionCounts, _ kafka: KafkaConfiguration, _ loop: EventLoop
        ) async throws {
            let producer = try KafkaProducer(kafka, loop: loop)
            // The drafts of each partition are sent in order, and the partitions side by side.
            let lanes = Dictionary(grouping: drafts) { draft in
                TopicPartition(topic: draft.topic.name, partition: Int32(draft.id % Int64(counts[draft.topic])))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (partition, drafts) in lanes {
                    group.addTask(executorPreference: loop) {
                        for draft in drafts {
                            _ = try await producer.send(
                                topic: partition.topic, partition: partition.partition, key: draft.key ?? [],
                                value: draft.value, headers: draft.headers, timestamp: draft.time)
                        }
                    }
                }
                while try await group.next() != nil {}
            }
            await producer.close()
        }
    }
}

extension Environment {
    /// The number of records that the live read model has folded, over all partitions.
    fileprivate func folded() async throws -> Int64 {
        let sum = "select coalesce(sum(next_offset), 0)::bigint as n from warelog.checkpoints"
        return try await database.query(sum).rows[0].int("n")
    }

    fileprivate func liveSchema() async throws -> String {
        let live = try await database.query("select generation from warelog.read_models where state = 'live'").rows[0]
        return "read_model_\(try live.int("generation"))"
    }
}
