import EventLoop
import Kafka
import Testing

@Suite(.timeLimit(.minutes(20)), .enabled(if: Broker.isPresent, Comment(rawValue: Broker.absent)))
struct AdminTests {
    @Test(.enabled(if: Broker.isKafka, Comment(rawValue: Broker.notKafka)))
    func aTopicIsCreatedOnceAndKeepsWhatItWasCreatedWith() async throws {
        try await Fixture.run { kafka in
            let name = kafka.unique("topic")
            try await kafka.withAdmin { admin in
                let topic = NewTopic(
                    name: name, partitions: 3, replicationFactor: 1,
                    configuration: ["cleanup.policy": "compact", "retention.ms": "-1"])
                guard case .created = try await admin.createTopics([topic])[name] else { throw TopicNotMade() }
                guard case .alreadyExists = try await admin.createTopics([topic])[name] else { throw TopicNotMade() }
                let configuration = try await admin.topicConfiguration([name])[name]
                #expect(configuration?["cleanup.policy"] == "compact")
                #expect(configuration?["retention.ms"] == "-1")
                #expect(configuration?["min.insync.replicas"] == "1")
            }
        }
    }

    @Test(.enabled(if: Broker.isKafka, Comment(rawValue: Broker.notKafka)))
    func aRefusedTopicSaysWhyAndItsNeighbourIsMade() async throws {
        try await Fixture.run { kafka in
            let (good, bad) = (kafka.unique("topic"), kafka.unique("topic"))
            try await kafka.withAdmin { admin in
                let outcomes = try await admin.createTopics([
                    NewTopic(name: good, partitions: 1, replicationFactor: 1),
                    NewTopic(
                        name: bad, partitions: 1, replicationFactor: 1, configuration: ["cleanup.policy": "nonsense"]),
                ])
                guard case .created = outcomes[good], case .refused(let error) = outcomes[bad] else {
                    throw TopicNotMade()
                }
                #expect(error.name == "INVALID_CONFIG")
            }
        }
    }

    @Test func metadataTellsWhatExistsAndWithHowManyPartitions() async throws {
        try await Fixture.run { kafka in
            let (topic, missing) = (try await kafka.makeTopic(), kafka.unique("topic"))
            try await kafka.withAdmin { admin in
                let metadata = try await admin.metadata([topic, missing])
                #expect(metadata.map(\.name) == [topic, missing])
                #expect(metadata.map(\.exists) == [true, false])
                #expect(metadata.map(\.partitionCount) == [4, 0])
                #expect((metadata.first?.topicID != nil) == Broker.isKafka)
                #expect(try await admin.metadata([missing]).map(\.exists) == [false])
            }
        }
    }

    @Test func theEndsOfAPartitionAreWhereItsRecordsAre() async throws {
        try await Fixture.run { kafka in
            let topic = try await kafka.makeTopic()
            try await kafka.send(5, to: topic, partition: 1)
            let partitions = (0..<2).map { TopicPartition(topic: topic, partition: $0) }
            try await kafka.withAdmin { admin in
                let first = try await admin.offsets(of: partitions, at: .earliest)
                let end = try await admin.offsets(of: partitions, at: .latest)
                #expect(first == [partitions[0]: 0, partitions[1]: 0])
                #expect(end == [partitions[0]: 0, partitions[1]: 5])
            }
        }
    }

    @Test(.enabled(if: Broker.isKafka, Comment(rawValue: Broker.notKafka)))
    func theEndsOfAMissingTopicAreAnError() async throws {
        try await Fixture.run { kafka in
            try await kafka.withAdmin { admin in
                let partition = TopicPartition(topic: kafka.unique("topic"), partition: 0)
                let error = await failure { try await admin.offsets(of: [partition], at: .latest) }
                #expect(error?.name == "_NOENT")  // librdkafka finds no leader to ask
                #expect(await failure { try await admin.topicConfiguration([partition.topic]) }?.isUnknownTopic == true)
            }
        }
    }

    @Test func closingTwiceIsHarmlessAndLaterCallsSaySo() async throws {
        try await Fixture.run { kafka in
            let admin = try KafkaAdmin(kafka.configuration, loop: kafka.loop)
            await admin.close()
            await admin.close()
            #expect(await failure { try await admin.metadata(["any"]) }?.isClosed == true)
        }
    }
}
