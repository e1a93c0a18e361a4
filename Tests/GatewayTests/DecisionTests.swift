import Events
import Testing

@testable import Gateway

struct DecisionTests {
    @Test(arguments: VoidReason.allCases)
    func onlyAnotherVersionIsAConflictThatAnotherAttemptMaySolve(_ reason: VoidReason) {
        let refusal = Decision.Refusal(reason.rawValue)
        #expect(refusal == .known(reason))
        #expect(refusal.isConflict == (reason == .versionMismatch))
    }

    @Test func aReasonThatOnlyANewerProjectorKnowsIsNoConflict() {
        let refusal = Decision.Refusal("too-heavy")
        #expect(refusal == .unknown("too-heavy") && !refusal.isConflict)
    }
}
