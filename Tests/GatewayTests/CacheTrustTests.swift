import Testing

@testable import Gateway

/// Decides when entries may be served from the cache. The tests give the time.
struct CacheTrustTests {
    private static let start = ContinuousClock.now
    private static let soon = start + CacheTrust.grace / 2
    private static let late = start + CacheTrust.grace

    @Test func whatNobodyHasHeardOfIsServed() {
        #expect(CacheTrust().covers(0, at: Self.late))
    }

    @Test func anInvalidationHasAMomentAndThenItsPartitionIsNotServed() {
        let trust = CacheTrust()
        trust.folded(3, to: 10, at: Self.start)
        #expect(trust.covers(3, at: Self.soon) && !trust.covers(3, at: Self.late))
        #expect(trust.covers(2, at: Self.late), "other partitions are not concerned")
        // A later commit does not extend the grace.
        trust.folded(3, to: 11, at: Self.soon)
        #expect(!trust.see([3: 9], at: Self.soon) && !trust.covers(3, at: Self.late))
    }

    @Test func aWatermarkThatIsThereBringsTheTrustBackAndOneThatIsLostTakesIt() {
        let trust = CacheTrust()
        trust.folded(3, to: 10, at: Self.start)
        #expect(trust.see([3: 10], at: Self.soon) && trust.covers(3, at: Self.late))
        #expect(!trust.see([:], at: Self.start) && !trust.covers(3, at: Self.late))
        #expect(trust.see([3: 12], at: Self.late) && trust.covers(3, at: Self.late + CacheTrust.grace))
    }
}
