import EventLoop
import Glibc
import Imaging
import NetworkTesting
import Telemetry
import Testing

@testable import Compressor

/// How a worker's end becomes a picture's failure. The workers here are scripts.
@Suite(.timeLimit(.minutes(20)))
struct WorkerPoolTests {
    /// The kinds of failure of `count` pictures, one after another, given to a pool of such workers.
    private func failures(
        of script: String, count: Int = 1, deadline: Duration = .seconds(600)
    ) throws -> [Imaging.ImageFailure.Kind?] {
        let path = "/tmp/warelog-worker-\(UInt64.random(in: 0 ... .max))"
        // Written by another process: a descriptor of ours would be in whatever is forked at that moment, and what
        // anybody has open for writing cannot be executed (ETXTBSY).
        let file = try #require(popen("cat >'\(path)' && chmod 755 '\(path)'", "we"))
        defer { unlink(path) }
        fputs("#!/bin/sh\n\(script)\n", file)
        #expect(pclose(file) == 0)
        return try onLoop { loop in
            let log = Log(service: "test", minimum: .error, now: WallClock.now) { _ in }
            let pool = WorkerPool(on: loop, executable: path, size: 1, deadline: deadline, log: log)
            defer { pool.close() }
            var kinds: [Imaging.ImageFailure.Kind?] = []
            for _ in 0..<count {
                switch try await pool.compress([1, 2, 3], ImageRecipe()).result {
                case .success: kinds.append(nil)
                case .failure(let failure): kinds.append(failure.kind)
                }
            }
            return kinds
        }
    }

    @Test func aWorkerThatHangsIsKilledAtItsDeadlineAndReplaced() throws {
        #expect(
            try failures(of: "exec tail -f /dev/null", count: 3, deadline: .milliseconds(50)) == [
                .timeout, .timeout, .timeout,
            ])
    }

    static let ends: [(String, Imaging.ImageFailure.Kind)] = [
        ("kill -SEGV $$", .crashed), ("exit 7", .crashed), ("kill -XCPU $$", .timeout), ("kill -KILL $$", .outOfMemory),
        ("printf 'no frame at all'; exec tail -f /dev/null", .crashed),
    ]

    @Test(arguments: ends)
    func anEndIsTyped(_ row: (script: String, kind: Imaging.ImageFailure.Kind)) throws {
        // The script reads some of the picture first: it ends with a job in hand.
        let reading = row.script.hasPrefix("printf") ? row.script : "head -c 1 >/dev/null; \(row.script)"
        #expect(try failures(of: reading, count: 2) == [row.kind, row.kind])
    }
}
