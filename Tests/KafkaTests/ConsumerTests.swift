import EventLoop
import Kafka
import Testing

@Suite(.timeLimit(.minutes(20)), .enabled(if: Broker.isPresent, Comment(rawValue: Broker.absent)))
struct ConsumerTests {
    @Test func anOffsetThatTheLogDoesNotHaveIsAnErrorThatSaysWhatToDo() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 1000])
                let error = await failure { try await consumer.next(maximum: 1) }
                #expect(error?.isMissingOffset == true)
                #expect(error?.isRetriable == false)
                #expect(error?.text.contains("\(topic)/0") == true)
                #expect(error?.text.contains("1000") == true)
                #expect(error?.text.contains("rebuild") == true)
            }
        }
    }

    // The embedded broker would create the topic.
    @Test(.enabled(if: Broker.isKafka, Comment(rawValue: Broker.notKafka)))
    func aTopicThatDoesNotExistIsAnError() async throws {
        try await Fixture.run { kafka in
            try await kafka.withConsumer(group: kafka.unique("group")) { consumer in
                try consumer.subscribe(to: [kafka.unique("topic")])
                let error = await failure { try await consumer.next(maximum: 1) }
                #expect(error?.isUnknownTopic == true)
            }
        }
    }

    @Test(.enabled(if: Broker.isKafka, Comment(rawValue: Broker.notKafka)))
    func aTopicThatIsDeletedWhileItIsReadIsAnError() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.send(1, to: topic, partition: 0)
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 0])
                _ = try await consumer.records(1)
                deleteTopic(topic, brokers: kafka.configuration.brokers)
                let error = await failure { try await consumer.next(maximum: 1) }
                #expect(error?.isUnknownTopic == true)
            }
        }
    }

    @Test func readingGoesOnFromTheOffsetThatWasAssigned() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.send(10, to: topic, partition: 1)
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 1): 7])
                #expect(try await consumer.records(3).map(\.offset) == [7, 8, 9])
                try consumer.unassign()
                try consumer.assign([TopicPartition(topic: topic, partition: 1): 9])
                #expect(try await consumer.records(1).map(\.offset) == [9])
            }
        }
    }

    @Test func aBatchIsNoLargerThanAskedFor() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.send(20, to: topic, partition: 0)
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 0])
                var offsets: [Int64] = []
                while offsets.count < 20 {
                    guard case .records(let records) = try await consumer.next(maximum: 3) else { continue }
                    #expect(1...3 ~= records.count)
                    offsets += records.map(\.offset)
                }
                #expect(offsets == (0..<20).map { Int64($0) })
            }
        }
    }

    @Test func waitingForTheNextRecordEndsWhenItComes() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 0])
                async let next = consumer.next(maximum: 10)
                try await kafka.send(1, to: topic, partition: 0)
                guard case .records(let records) = try await next else { throw NotRecords() }
                #expect(records.map(\.offset) == [0])
            }
        }
    }

    @Test func waitingForTheNextRecordCanBeCancelledAndTakenUpAgain() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 0])
                let early = await withTaskGroup(of: KafkaError?.self) { group in
                    group.addTask(executorPreference: kafka.loop) {
                        await failure { try await consumer.next(maximum: 1) }
                    }
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                #expect(early?.isCancellation == true)
                let late = await withTaskGroup(of: KafkaError?.self) { group in
                    group.addTask(executorPreference: kafka.loop) {
                        await failure { try await consumer.next(maximum: 1) }
                    }
                    try? await kafka.loop.sleep(for: .milliseconds(20))  // lets it wait; either way it is cancelled
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                #expect(late?.isCancellation == true)
                try await kafka.send(1, to: topic, partition: 0)
                #expect(try await consumer.records(1).map(\.offset) == [0])
            }
        }
    }

    @Test func aPausedPartitionIsSilentAndGoesOnWhereItStoppedWhenResumed() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            let (paused, other) = (
                TopicPartition(topic: topic, partition: 0), TopicPartition(topic: topic, partition: 1)
            )
            try await kafka.send(5, to: topic, partition: 0)
            try await kafka.withConsumer { consumer in
                try consumer.assign([paused: 0, other: 0])
                var seen: [Int64] = []
                while seen.count < 2 {
                    guard case .records(let records) = try await consumer.next(maximum: 2 - seen.count) else {
                        continue
                    }
                    seen += records.map(\.offset)
                }
                try consumer.pause([paused])
                try await kafka.send(3, to: topic, partition: 1)
                #expect(try await consumer.records(3).allSatisfy { $0.topicPartition == other })
                try consumer.resume([paused])
                #expect(try await consumer.records(3).map(\.offset) == [2, 3, 4])
            }
        }
    }

    @Test func committedOffsetsAreTheGroupsAndNoneWhereNoneWasCommitted() async throws {
        try await Fixture.run { kafka in
            let (topic, group) = (try await kafka.makeTopic(), kafka.unique("group"))
            let (first, second) = (
                TopicPartition(topic: topic, partition: 0), TopicPartition(topic: topic, partition: 1)
            )
            try await kafka.withConsumer(group: group) { try await $0.commit([first: 42]) }
            try await kafka.withConsumer(group: group) { consumer in
                let committed = try await consumer.committed([first, second])
                #expect(committed == [first: 42, second: nil])
            }
        }
    }

    @Test func closingEndsAWaitingTaskAndLaterCallsSaySo() async throws {
        try await Fixture.run { kafka in
            let consumer = try KafkaConsumer(kafka.configuration, group: kafka.unique("group"), loop: kafka.loop)
            try consumer.subscribe(to: [try await kafka.makeTopic()])
            let error = await withTaskGroup(of: KafkaError?.self) { group in
                group.addTask(executorPreference: kafka.loop) {
                    await failure { while true { _ = try await consumer.next(maximum: 1) } }
                }
                try? await kafka.loop.sleep(for: .milliseconds(20))  // lets it wait; either way it ends
                await consumer.close()
                await consumer.close()
                return await group.next() ?? nil
            }
            #expect(error?.isClosed == true)
            #expect(await failure { try await consumer.next(maximum: 1) }?.isClosed == true)
            #expect(await failure { try consumer.assign([:]) }?.isClosed == true)
        }
    }
}

struct NotRecords: Error {}
