import EventLoop
import Kafka
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(20)), .enabled(if: Broker.isPresent, Comment(rawValue: Broker.absent)))
struct ProducerTests {
    @Test func aRecordComesBackAsItWasSentWithEveryKindOfHeader() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            let binary = [UInt8](0...255)
            let headers = [
                KafkaHeader(name: "text", text: "ünï"), KafkaHeader(name: "empty", value: []),
                KafkaHeader(name: "null", value: nil), KafkaHeader(name: "binary", value: binary),
                KafkaHeader(name: "text", text: "again"), KafkaHeader(name: "", text: "no name"),
            ]
            let offset = try await kafka.withProducer {
                try await $0.send(
                    topic: topic, partition: 2, key: bytes("key"), value: binary, headers: headers,
                    timestamp: 1_234_567_890_123)
            }
            let partition = TopicPartition(topic: topic, partition: 2)
            try await kafka.withConsumer { consumer in
                try consumer.assign([partition: 0])
                let expected = KafkaRecord(
                    topicPartition: partition, offset: offset, timestamp: 1_234_567_890_123, key: bytes("key"),
                    value: binary,
                    headers: headers)
                #expect(try await consumer.records(1) == [expected])
            }
        }
    }

    @Test func aMissingValueIsATombstoneAndAnEmptyOneIsNot() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withProducer { producer in
                _ = try await producer.send(topic: topic, partition: 0, key: bytes("a"), value: nil)
                _ = try await producer.send(topic: topic, partition: 0, key: [], value: [])
            }
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 0])
                let records = try await consumer.records(2)
                #expect(records.map(\.value) == [nil, []])
                #expect(records.map(\.key) == [bytes("a"), []])
            }
        }
    }

    @Test func aRecordWithoutATimestampGetsTheTimeOfItsSending() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            _ = try await kafka.withProducer { try await $0.send(topic: topic, partition: 0, key: [], value: []) }
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 0): 0])
                #expect(try await consumer.records(1)[0].timestamp > 1_700_000_000_000)
            }
        }
    }

    @Test func sendingGivesTheOffsetInThePartitionThatWasAskedFor() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            let offsets = try await kafka.withProducer { producer in
                var offsets: [[Int64]] = []
                for partition in 0..<3 as Range<Int32> {
                    var own: [Int64] = []
                    for number in 0..<2 as Range<UInt8> {
                        own.append(
                            try await producer.send(
                                topic: topic, partition: partition, key: bytes("same"),
                                value: [UInt8(partition), number]))
                    }
                    offsets.append(own)
                }
                return offsets
            }
            #expect(offsets == [[0, 1], [0, 1], [0, 1]])
            try await kafka.withConsumer { consumer in
                let partitions = (0..<3).map { TopicPartition(topic: topic, partition: $0) }
                try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) }))
                for record in try await consumer.records(6) {
                    #expect(record.value == [UInt8(record.topicPartition.partition), UInt8(record.offset)])
                }
            }
        }
    }

    @Test func recordsOfOnePartitionKeepTheOrderOfTheirSending() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            let count = 2000
            try await kafka.withProducer { producer in
                let offsets = try await withThrowingTaskGroup(of: (Int, Int64).self) { group in
                    for number in 0..<count {
                        // The children start in this order on the loop.
                        group.addTask(executorPreference: kafka.loop) {
                            (
                                number,
                                try await producer.send(topic: topic, partition: 1, key: [], value: bytes("\(number)"))
                            )
                        }
                    }
                    return try await group.reduce(into: [Int64](repeating: -1, count: count)) { $0[$1.0] = $1.1 }
                }
                #expect(offsets == (0..<count).map { Int64($0) })
            }
            try await kafka.withConsumer { consumer in
                try consumer.assign([TopicPartition(topic: topic, partition: 1): 0])
                #expect(try await consumer.records(count).map(\.value) == (0..<count).map { bytes("\($0)") })
            }
        }
    }

    @Test func sendersOnOtherLoopsGetTheirOffsets() async throws {
        let other = try EventLoopThread()
        defer { other.shutdown() }
        let otherLoop = other.loop
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withProducer { producer in
                let offsets = try await withThrowingTaskGroup(of: Int64.self) { group in
                    for _ in 0..<500 {
                        group.addTask(executorPreference: otherLoop) {
                            try await producer.send(topic: topic, partition: 0, key: [], value: [])
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(offsets.sorted() == (0..<500).map { Int64($0) })
            }
        }
    }

    @Test func flushReturnsWhenEverythingIsDelivered() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withProducer(extra: ["linger.ms": "300"]) { producer in
                let isDelivered = Flag()
                try await withThrowingTaskGroup(of: Int64.self) { group in
                    group.addTask(executorPreference: kafka.loop) {
                        defer { isDelivered.value.store(true, ordering: .releasing) }
                        return try await producer.send(topic: topic, partition: 0, key: [], value: [])
                    }
                    // On a busy machine the record may be delivered before this check.
                    while producer.undelivered == 0, !isDelivered.value.load(ordering: .acquiring) {
                        await Task.yield()
                    }
                    await producer.flush(within: .seconds(30))
                    #expect(producer.undelivered == 0)
                    let offset = try await group.next()
                    #expect(offset == 0)
                }
            }
        }
    }

    @Test func aPartitionThatDoesNotExistIsAnError() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.withProducer { producer in
                let error = await failure { try await producer.send(topic: topic, partition: 99, key: [], value: []) }
                #expect(error?.isUnknownTopic == true)
                #expect(error?.isRetriable == false)
            }
        }
    }

    @Test func aClosedProducerRefusesAndClosingTwiceIsHarmless() async throws {
        try await Fixture.run { kafka in
            let producer = try KafkaProducer(kafka.configuration, loop: kafka.loop)
            await producer.close()
            await producer.close()
            let error = await failure { try await producer.send(topic: "any", partition: 0, key: [], value: []) }
            #expect(error?.isClosed == true)
        }
    }
}

private final class Flag: Sendable {
    let value = Atomic<Bool>(false)
}
