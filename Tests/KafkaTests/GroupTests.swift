import EventLoop
import Kafka
import Testing

@Suite(.timeLimit(.minutes(20)), .enabled(if: Broker.isPresent, Comment(rawValue: Broker.absent)))
struct GroupTests {
    @Test func whenAMemberJoinsAndAnotherLeavesPartitionsMoveAndNothingIsLost() async throws {
        try await Fixture.run { kafka in
            let (topic, group) = (try await kafka.makeTopic(), kafka.unique("group"))
            try await kafka.withConsumer(group: group) { firstConsumer in
                let first = Member(firstConsumer)
                try firstConsumer.subscribe(to: [topic])
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask(executorPreference: kafka.loop) { try await first.run() }
                    await first.reached { $0.partitions == [0, 1, 2, 3] }
                    try await kafka.sendToAll(topic, 0..<30)
                    await first.reached { Set($0.values).isSuperset(of: numbers(0..<30)) }

                    let stayed = try await kafka.withConsumer(group: group) { secondConsumer in
                        let second = Member(secondConsumer)
                        try secondConsumer.subscribe(to: [topic])
                        return try await withThrowingTaskGroup(of: Void.self) { inner in
                            inner.addTask(executorPreference: kafka.loop) { try await second.run() }
                            await second.reached { $0.partitions.count == 2 }
                            await first.reached { $0.partitions.count == 2 }
                            #expect(first.partitions.isDisjoint(with: second.partitions))
                            try await kafka.sendToAll(topic, 30..<60)
                            await second.reached { $0.values.count >= 10 }
                            inner.cancelAll()
                            try await inner.waitForAll()
                            return second.values
                        }
                    }
                    await first.reached { $0.partitions == [0, 1, 2, 3] }
                    try await kafka.sendToAll(topic, 60..<90)
                    await first.reached { Set($0.values + stayed).isSuperset(of: numbers(0..<90)) }
                    tasks.cancelAll()
                    try await tasks.waitForAll()
                }
            }
        }
    }

    @Test(.enabled(if: Broker.isKafka, Comment(rawValue: Broker.notKafka)))
    func aStaticMemberThatRestartsGetsItsPartitionsBackAndItsNeighbourNoticesNothing() async throws {
        try await Fixture.run { kafka in
            let (topic, group) = (try await kafka.makeTopic(), kafka.unique("group"))
            // Longer than the suite's time limit, so that waiting for it would fail.
            let patient = ["session.timeout.ms": "300000"]
            try await kafka.withConsumer(group: group, instanceID: "neighbour", extra: patient) { neighbourConsumer in
                let neighbour = Member(neighbourConsumer)
                try neighbourConsumer.subscribe(to: [topic])
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask(executorPreference: kafka.loop) { try await neighbour.run() }
                    await neighbour.reached { $0.partitions.count == 4 }
                    let before = try await partitions(of: "restarting", group, topic, kafka, extra: patient)
                    await neighbour.reached { $0.partitions.count == 2 }
                    let eventsBefore = neighbour.events.count
                    let after = try await partitions(of: "restarting", group, topic, kafka, extra: patient)
                    #expect(before.count == 2)
                    #expect(after == before)
                    #expect(neighbour.events.count == eventsBefore)
                    tasks.cancelAll()
                    try await tasks.waitForAll()
                }
            }
        }
    }

    @Test func anAssignmentMayBeAnsweredLater() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.send(3, to: topic, partition: 0)
            try await kafka.withConsumer(group: kafka.unique("group")) { consumer in
                try consumer.subscribe(to: [topic])
                guard case .assigned(let given) = try await consumer.next(maximum: 10) else { throw NotAnAssignment() }
                #expect(given == (0..<4).map { TopicPartition(topic: topic, partition: $0) })
                // The time that loading checkpoints takes.
                try await kafka.loop.sleep(for: .milliseconds(300))
                try consumer.assign(Dictionary(uniqueKeysWithValues: given.map { ($0, $0.partition == 3 ? 1 : 0) }))
                #expect(try await consumer.records(3).map(\.offset) == [0, 1, 2])
            }
        }
    }

    /// librdkafka removes a member that does not poll, so a member that waits in `next` has to poll.
    @Test func aMemberWithNothingToReadStaysInItsGroup() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            let limits = [
                "session.timeout.ms": "6000", "max.poll.interval.ms": "6000", "statistics.interval.ms": "1000",
            ]
            try await kafka.withConsumer(group: kafka.unique("group"), extra: limits) { consumer in
                let member = Member(consumer)
                try consumer.subscribe(to: [topic])
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask(executorPreference: kafka.loop) { try await member.run() }
                    await member.reached { $0.partitions.count == 4 }
                    try await kafka.loop.sleep(for: .seconds(8))  // the limit is what is tested
                    #expect(member.events.count == 1)
                    #expect(consumer.transientErrorCount == 0)
                    tasks.cancelAll()
                    try await tasks.waitForAll()
                }
            }
        }
    }

    @Test func aMemberThatClosesWithoutAnsweringDoesNotHang() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withConsumer(group: kafka.unique("group")) { consumer in
                try consumer.subscribe(to: [topic])
                guard case .assigned = try await consumer.next(maximum: 10) else { throw NotAnAssignment() }
            }
        }
    }

    /// The partitions that a static member gets, and that it keeps until it is closed again.
    private func partitions(
        of instance: String, _ group: String, _ topic: String, _ kafka: Fixture, extra: [String: String]
    ) async throws -> Set<Int32> {
        try await kafka.withConsumer(group: group, instanceID: instance, extra: extra) { consumer in
            let member = Member(consumer)
            try consumer.subscribe(to: [topic])
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask(executorPreference: kafka.loop) { try await member.run() }
                await member.reached { !$0.partitions.isEmpty }
                tasks.cancelAll()
                try await tasks.waitForAll()
                return member.partitions
            }
        }
    }
}

struct NotAnAssignment: Error {}

func numbers(_ range: Range<Int>) -> Set<[UInt8]> { Set(range.map { bytes("\($0)") }) }

extension Fixture {
    /// Appends the numbers as text to the first three partitions in turn.
    fileprivate func sendToAll(_ topic: String, _ range: Range<Int>) async throws {
        try await withProducer { producer in
            for number in range {
                _ = try await producer.send(
                    topic: topic, partition: Int32(number % 3), key: [], value: bytes("\(number)"))
            }
        }
    }
}
