import EventLoop
import Kafka
import Testing

/// No broker is needed: a client can be opened and closed without one.
@Suite(.timeLimit(.minutes(1)))
struct ScopeTests {
    private struct Stumble: Error {}

    @Test func aThrowInsideClosesTheClient() async throws {
        try await Fixture.run(brokers: "127.0.0.1:1", isEmbedded: false) { kafka in
            var kept: (admin: KafkaAdmin?, consumer: KafkaConsumer?, producer: KafkaProducer?) = (nil, nil, nil)
            do {
                try await withAdmin(kafka.configuration, loop: kafka.loop) { admin in
                    kept.admin = admin
                    try await withConsumer(kafka.configuration, loop: kafka.loop) { consumer in
                        kept.consumer = consumer
                        try await withProducer(kafka.configuration, loop: kafka.loop) { producer in
                            kept.producer = producer
                            throw Stumble()
                        }
                    }
                }
                Issue.record("nothing was thrown")
            } catch is Stumble {}
            let (admin, consumer) = (try #require(kept.admin), try #require(kept.consumer))
            let producer = try #require(kept.producer)
            #expect(await failure { try await admin.metadata(["any"]) }?.isClosed == true)
            #expect(await failure { try consumer.assign([:]) }?.isClosed == true)
            let error = await failure { try await producer.send(topic: "any", partition: 0, key: [], value: []) }
            #expect(error?.isClosed == true)
        }
    }

    @Test func whatTheBodyReturnsIsReturned() async throws {
        try await Fixture.run(brokers: "127.0.0.1:1", isEmbedded: false) { kafka in
            let value = try await withAdmin(kafka.configuration, loop: kafka.loop) { _ in 7 }
            #expect(value == 7)
        }
    }
}
