import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct VerdictTests {
    @Test func storedReasonsNeverChange() {
        #expect(
            VoidReason.allCases.map(\.rawValue) == [
                "already-exists", "unknown-product", "gone", "version-mismatch", "duplicate-command", "unknown-image",
                "too-many-images", "already-answered",
            ])
    }

    @Test func codesOfFaultsNeverChange() {
        #expect(
            FieldFault.Code.allCases.map(\.rawValue) == [
                "required", "wrong-type", "unknown-field", "empty", "too-long", "too-many", "out-of-range",
                "not-positive", "too-precise", "forbidden-character", "invalid-url", "unknown-user", "immutable",
            ])
    }

    @Test func positionsAreOrderedWithinTheirPartition() {
        #expect(LogPosition(partition: 0, offset: 9) < LogPosition(partition: 0, offset: 10))
        #expect(LogPosition(partition: 0, offset: 9) < LogPosition(partition: 1, offset: 0))
        #expect(!(LogPosition(partition: 1, offset: 0) < LogPosition(partition: 0, offset: 9)))
    }
}
