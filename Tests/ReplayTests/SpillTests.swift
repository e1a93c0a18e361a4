import Replay
import SeededRandom
import Testing

@Suite(.timeLimit(.minutes(20)))
struct SpillTests {
    @Test(arguments: [1, 50, 1000, 1 << 20]) func everyBucketGivesItsBytesInTheirOrder(limit: Int) throws {
        var random = SeededGenerator(seed: limit)
        let spill = Spill(buckets: 5, limit: limit)
        var wanted: [[UInt8]] = Array(repeating: [], count: 5)
        for round in 1...4 {
            for _ in 0..<200 {
                let bucket = Int.random(in: 0..<4, using: &random)  // one stays empty
                let count = Int.random(in: 0...40, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                wanted[bucket] += bytes
                try spill.append(to: bucket) { $0 += bytes }
            }
            // The buckets are read in the middle, and twice.
            for bucket in 0..<5 {
                #expect(try spill.withBytes(of: bucket) { Array($0) } == wanted[bucket], "round \(round)")
            }
            guard round == 2 else { continue }
            // The previous contents do not appear again.
            spill.removeAll()
            wanted = Array(repeating: [], count: 5)
            for bucket in 0..<5 { #expect(try spill.withBytes(of: bucket) { $0.count } == 0) }
        }
    }

    @Test func aDirectoryThatDoesNotTakeItsFileIsNamed() throws {
        let spill = Spill(buckets: 2, limit: 10, directory: "/nonexistent/for/warelog")
        try spill.append(to: 0) { $0 += [1, 2, 3] }
        do {
            try spill.append(to: 1) { $0 += Array(repeating: 7, count: 20) }
            Issue.record("nothing was thrown")
        } catch {
            let wanted = "mkstemp failed for a temporary file in /nonexistent/for/warelog: No such file or directory"
            #expect("\(error)" == wanted)
        }
    }
}
