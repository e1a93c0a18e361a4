import EventLog
import Kafka
import Testing

/// The age of records that are not folded, by the observer's own clock.
struct FoldLagTests {
    private static let partition = TopicPartition(topic: "products.events", partition: 3)
    private static let start = ContinuousClock.now

    private struct Observer {
        private var lag = FoldLag()

        /// Makes one observation at `second`, and returns the age.
        mutating func age(_ second: Int, end: Int64, checkpoint: Int64) -> Int64? {
            let now = start + .seconds(second)
            lag.see(ends: [partition: end], at: now)
            lag.see(checkpoints: [partition: checkpoint], at: now)
            return lag.ages(at: now)[partition]?.components.seconds
        }

        mutating func date(_ second: Int) { lag.date([partition: start + .seconds(second)]) }
    }

    @Test func whatIsFoldedHasNoAgeHoweverLongNothingIsWritten() {
        var observer = Observer()
        #expect([0, 100, 1000].map { observer.age($0, end: 7, checkpoint: 7) } == [0, 0, 0])
    }

    @Test func whileNothingIsFoldedTheAgeIsThatOfTheFirstRecord() {
        var observer = Observer()
        #expect(observer.age(0, end: 7, checkpoint: 7) == 0)
        #expect(observer.age(1, end: 8, checkpoint: 7) == 0)
        #expect(observer.age(9, end: 20, checkpoint: 7) == 8)
        #expect(observer.age(11, end: 20, checkpoint: 7) == 10)
    }

    @Test func aFoldThatFallsBehindHasTheAgeOfWhatItFoldsNext() {
        var observer = Observer()
        for second in 0..<10 { _ = observer.age(second, end: Int64(second * 10), checkpoint: 0) }
        #expect(observer.age(10, end: 100, checkpoint: 40) == 5, "record 40 came with the end of 50")
        #expect(observer.age(11, end: 100, checkpoint: 99) == 1)
        #expect(observer.age(12, end: 100, checkpoint: 100) == 0)
    }

    @Test func aCheckpointThatGoesBackBeginsAnew() {
        var observer = Observer()
        #expect(observer.age(0, end: 7, checkpoint: 7) == 0)
        #expect(observer.age(5, end: 7, checkpoint: 0) == 0)
        #expect(observer.age(9, end: 7, checkpoint: 0) == 4)
    }

    @Test func aRecordThatIsKnownToBeOlderIs() {
        var observer = Observer()
        #expect(observer.age(0, end: 7, checkpoint: 3) == 0)
        observer.date(-60)
        #expect(observer.age(1, end: 8, checkpoint: 3) == 61)
        observer.date(50)
        #expect(observer.age(2, end: 8, checkpoint: 3) == 62, "never younger")
    }

    @Test func aStandstillOfHoursNeedsNoMoreMemoryAndKeepsItsAge() {
        var observer = Observer()
        for second in 0..<20_000 { _ = observer.age(second, end: Int64(second + 1), checkpoint: 0) }
        #expect(observer.age(20_000, end: 20_000, checkpoint: 0) == 20_000)
        let age = observer.age(20_001, end: 20_000, checkpoint: 19_000) ?? 0
        #expect((900...1001).contains(age), "\(age)")
    }
}
