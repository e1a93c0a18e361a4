import EventLoop
import Kafka
import KafkaTesting
import Testing

/// The fate of records when the broker fails, on a mock cluster in this process.
@Suite(.timeLimit(.minutes(20)))
struct FaultTests {
    private static let impatient = KafkaProducer.Bounds(queuedMessages: 10, deliveryTimeout: .seconds(1))

    @Test func withTheBrokerAwayARecordFailsInTimeAndLaterOnesAreDeliveredAgain() async throws {
        let cluster = try MockCluster()
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            try await kafka.withProducer(bounds: Self.impatient) { producer in
                let first = try await eventually { try await producer.sendEmpty() }
                #expect(first == 0)
                cluster.goDown()
                let error = await failure { try await producer.sendEmpty() }
                #expect(error?.isTimeout == true)
                #expect(error?.isFatal == false)
                cluster.comeUp()
                let later = try await eventually { try await producer.sendEmpty() }
                #expect(later >= 1)
            }
        }
    }

    @Test func withTheBrokerAwayTheQueueIsBoundedAndRefusesAtOnce() async throws {
        let cluster = try MockCluster()
        cluster.goDown()
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            try await kafka.withProducer(bounds: Self.impatient) { producer in
                let errors = await withTaskGroup(of: KafkaError?.self) { group in
                    for _ in 0..<30 {
                        group.addTask(executorPreference: kafka.loop) {
                            await failure { try await producer.sendEmpty() }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(errors.count { $0?.isQueueFull == true } == 20)
                #expect(errors.count { $0?.isTimeout == true } == 10)
                #expect(errors.allSatisfy { $0?.mayHaveBeenWritten == false })
                #expect(errors.prefix(20).allSatisfy { $0?.isQueueFull == true })
            }
        }
    }

    @Test func aRecordThatWasSentButNotAnsweredMayHaveBeenWritten() async throws {
        let cluster = try MockCluster()
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            try await kafka.withProducer(bounds: Self.impatient) { producer in
                let first = try await eventually { try await producer.sendEmpty() }
                #expect(first == 0)
                cluster.delayAnswers(milliseconds: 4000)
                let error = await failure { try await producer.sendEmpty() }
                #expect(error?.isTimeout == true)
                #expect(error?.mayHaveBeenWritten == true)
                cluster.delayAnswers(milliseconds: 0)
                // The record was written: the next one comes after it.
                let later = try await eventually { try await producer.sendEmpty() }
                #expect(later >= 2)
            }
        }
    }

    @Test func afterAFatalErrorEveryRecordIsRefusedWithItsCause() async throws {
        let cluster = try MockCluster()
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            try await kafka.withProducer { producer in
                _ = try await producer.sendEmpty()
                cluster.refuseNextRecordForGood()
                let first = await failure { try await producer.sendEmpty() }
                #expect(first != nil)
                let second = await failure { try await producer.sendEmpty() }
                #expect(second?.isFatal == true, "\(String(describing: (first, second)))")
                #expect(second?.isRetriable == false)
                #expect(second?.name == "OUT_OF_ORDER_SEQUENCE_NUMBER")
            }
        }
    }

    @Test func aFatalErrorIsToldOnceWithItsCauseAlsoWhenNothingIsSentAfterIt() async throws {
        let cluster = try MockCluster()
        let (told, tell) = AsyncStream.makeStream(of: KafkaError.self)
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            var configuration = kafka.configuration
            configuration.onFatalError = { tell.yield($0) }
            let producer = try KafkaProducer(configuration, loop: kafka.loop)
            _ = try await producer.sendEmpty()
            cluster.refuseNextRecordForGood()
            _ = await failure { try await producer.sendEmpty() }
            let error = await told.first { _ in true }
            #expect(error?.isFatal == true)
            #expect(error?.name == "OUT_OF_ORDER_SEQUENCE_NUMBER")
            _ = await failure { try await producer.sendEmpty() }
            await producer.close()
        }
        tell.finish()
        #expect(await told.reduce(into: 0) { count, _ in count += 1 } == 0)
    }

    @Test func closingGivesUpWhatIsNotDelivered() async throws {
        let cluster = try MockCluster()
        cluster.goDown()
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            let bounds = KafkaProducer.Bounds(deliveryTimeout: .seconds(3600))
            let producer = try KafkaProducer(kafka.configuration, bounds: bounds, loop: kafka.loop)
            await withTaskGroup(of: KafkaError?.self) { group in
                group.addTask(executorPreference: kafka.loop) {
                    await failure { try await producer.sendEmpty() }
                }
                while producer.undelivered == 0 { await Task.yield() }
                await producer.flush(within: .milliseconds(50))
                #expect(producer.undelivered == 1)
                await producer.close()
                #expect(await group.next()??.mayHaveBeenWritten == false)
            }
        }
    }

    @Test func aConsumerSaysThatTheBrokerIsAwayWithoutFailing() async throws {
        let cluster = try MockCluster()
        try await Fixture.run(brokers: cluster.brokers, isEmbedded: true) { kafka in
            try await kafka.withProducer { _ = try await $0.send(topic: "t", partition: 0, key: [], value: [1]) }
            let (errors, told) = AsyncStream.makeStream(of: KafkaError.self)
            var configuration = kafka.configuration
            configuration.onTransientError = { told.yield($0) }
            let consumer = try KafkaConsumer(configuration, group: nil, loop: kafka.loop)
            try consumer.assign([TopicPartition(topic: "t", partition: 0): 0])
            #expect(try await consumer.records(1)[0].value == [1])
            cluster.goDown()
            try await withThrowingTaskGroup(of: [KafkaRecord].self) { group in
                group.addTask(executorPreference: kafka.loop) { try await consumer.records(1) }
                #expect(await errors.first { _ in true }?.isRetriable == true)
                cluster.comeUp()
                try await kafka.withProducer { _ = try await $0.send(topic: "t", partition: 0, key: [], value: [2]) }
                #expect(try await group.next()?.first?.value == [2])
            }
            #expect(consumer.transientErrorCount > 0)
            await consumer.close()
        }
    }
}

extension KafkaProducer {
    /// Appends an empty record and returns its offset.
    fileprivate func sendEmpty() async throws(KafkaError) -> Int64 {
        try await send(topic: "t", partition: 0, key: [], value: [])
    }
}
