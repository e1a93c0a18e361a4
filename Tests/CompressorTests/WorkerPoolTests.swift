import EventLoop
import Glibc
import Imaging
import NetworkTesting
import Telemetry
import Testing

@testable import Compressor

/// The consequences of a worker's end for its picture and for later pictures. The workers here are scripts.
@Suite(.timeLimit(.minutes(20)))
struct WorkerPoolTests {
    /// A folder with a worker script, which finds its files in `$HERE`.
    private final class Scripted {
        let folder: String
        var executable: String { folder + "/worker" }

        init(_ script: String) throws {
            folder = "/tmp/warelog-worker-\(UInt64.random(in: 0 ... .max))"
            #expect(mkdir(folder, 0o700) == 0)
            try write("reply", WorkerPoolTests.reply.encoded())
            try write("ready", WorkerResponse.ready(WorkerReadiness(seccomp: true)).encoded())
            // The file is written by another process. A descriptor of this process would be inherited by every process
            // that is forked at that moment, and a file that is open for writing cannot be executed (ETXTBSY).
            let file = try #require(popen("cat >'\(executable)' && chmod 755 '\(executable)'", "we"))
            fputs("#!/bin/sh\nHERE=\(folder)\necho start >>$HERE/starts\n\(script)\n", file)
            #expect(pclose(file) == 0)
        }

        deinit {
            for name in ["reply", "ready", "starts", "marker", "worker"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }

        /// The number of workers that have been started.
        var starts: Int {
            guard let file = fopen(folder + "/starts", "r") else { return 0 }
            defer { fclose(file) }
            var count = 0
            while case let byte = fgetc(file), byte != EOF { count += byte == 10 ? 1 : 0 }
            return count
        }

        private func write(_ name: String, _ bytes: [UInt8]) throws {
            let file = try #require(fopen("\(folder)/\(name)", "we"))
            defer { fclose(file) }
            #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        }
    }

    private static let reply = WorkerResponse.finished(
        ImageOutcome(
            source: SourceDescription(format: "png", byteCount: 3, sha256: "ab", size: nil),
            result: .failure(CodecFailure(.notAnImage, "the reply of the script"))), cpu: .zero)
    private static let ready = "cat $HERE/ready"
    private static let picture: [UInt8] = [1, 2, 3]
    /// The part of a script that reads one request.
    private static let takes: String = {
        let request = WorkerRequest(recipe: ImageRecipe(), source: picture).encoded()
        return "\(ready); head -c \(request.count) >/dev/null"
    }()
    private static let answers = "\(takes); cat $HERE/reply"

    private func withPool<Value: Sendable>(
        _ executable: String, deadline: Duration = .seconds(600),
        _ body: @escaping @Sendable (WorkerPool, EventLoop) async throws -> Value
    ) throws -> Value {
        try onLoop { loop in
            let log = Log(service: "test", minimum: .error, now: WallClock.now) { _ in }
            let pool = WorkerPool(on: loop, executable: executable, size: 1, deadline: deadline, log: log)
            defer { pool.close() }
            return try await body(pool, loop)
        }
    }

    private static func kind(_ pool: WorkerPool) async throws -> CodecFailure.Kind? {
        switch try await pool.compress(picture, ImageRecipe()).result {
        case .success: nil
        case .failure(let failure): failure.kind
        }
    }

    /// The kinds of failure of `count` pictures, one after another.
    private func kinds(
        _ executable: String, count: Int, deadline: Duration = .seconds(600)
    ) throws -> [CodecFailure.Kind?] {
        try withPool(executable, deadline: deadline) { pool, _ in
            var kinds: [CodecFailure.Kind?] = []
            for _ in 0..<count { kinds.append(try await Self.kind(pool)) }
            return kinds
        }
    }

    @Test func aWorkerThatHangsIsKilledAtItsDeadlineAndReplaced() throws {
        let worker = try Scripted("\(Self.ready); exec tail -f /dev/null")
        #expect(try kinds(worker.executable, count: 3, deadline: .milliseconds(50)) == [.timeout, .timeout, .timeout])
    }

    static let ends: [(script: String, kind: CodecFailure.Kind, workers: Int)] = [
        ("kill -SEGV $$", .crashed, 2), ("exit 7", .crashed, 2), ("kill -KILL $$", .outOfMemory, 2),
        ("printf 'no frame at all'; exec tail -f /dev/null", .crashed, 2),
        // The picture used up its time, and would only do so again in another worker.
        ("kill -XCPU $$", .timeout, 1),
    ]

    @Test(arguments: ends)
    func aPictureIsToBlameWhenTwoWorkersEndOnIt(
        _ row: (script: String, kind: CodecFailure.Kind, workers: Int)
    ) throws {
        let worker = try Scripted("\(Self.takes); \(row.script)")
        #expect(try kinds(worker.executable, count: 2) == [row.kind, row.kind])
        #expect(worker.starts == 2 * row.workers)
    }

    @Test func aPictureOnWhichOnlyOneWorkerEndsIsFine() throws {
        let second = "[ -e $HERE/marker ] && { \(Self.answers); exec tail -f /dev/null; }"
        let worker = try Scripted("\(second); touch $HERE/marker; \(Self.takes); exit 7")
        #expect(try kinds(worker.executable, count: 1) == [.notAnImage])
        #expect(worker.starts == 2)
    }

    /// A worker that is idle may end, for instance when the kernel takes its memory.
    @Test func aWorkerThatEndsWhileItIsIdleIsReplacedUnnoticed() throws {
        let worker = try Scripted("\(Self.answers); exit 0")
        #expect(try kinds(worker.executable, count: 4) == [.notAnImage, .notAnImage, .notAnImage, .notAnImage])
    }

    /// The loop is busy past the deadline, so the timer fires before the reply is read.
    @Test func aDeadlineConcernsNoPictureButItsOwn() throws {
        let worker = try Scripted("\(Self.answers); \(Self.answers); exec tail -f /dev/null")
        let second = try withPool(worker.executable, deadline: .seconds(3)) { pool, loop in
            async let first = Self.kind(pool)
            try await loop.sleep(for: .milliseconds(10))  // the request is on its way, the reply perhaps too
            usleep(3_200_000)
            _ = try await first
            return try await Self.kind(pool)
        }
        #expect(second == .notAnImage)
    }

    @Test(arguments: ["exit 1", "kill -SEGV $$", "printf 'no frame at all'; exec tail -f /dev/null"])
    func aWorkerThatNeverGetsReadySaysNothingAboutThePicture(_ script: String) throws {
        let worker = try Scripted(script)
        #expect(throws: WorkersUnavailable.self) { try kinds(worker.executable, count: 1) }
        #expect(throws: WorkersUnavailable.self) {
            try withPool(worker.executable) { pool, _ in try await pool.check() }
        }
    }

    @Test func aMissingExecutableSaysNothingAboutThePicture() throws {
        #expect(throws: WorkersUnavailable.self) { try kinds("/nowhere/worker", count: 1) }
    }

    @Test func aCheckedWorkerIsKeptForTheNextPicture() throws {
        let worker = try Scripted("\(Self.answers); exec tail -f /dev/null")
        let kind = try withPool(worker.executable) { pool, _ in
            try await pool.check()
            return try await Self.kind(pool)
        }
        #expect(kind == .notAnImage)
        #expect(worker.starts == 1)
    }

    /// Both the picture in work and the one that waits for its turn are cancelled.
    @Test func aCancelledPictureLetsGoOfItsWorker() throws {
        let worker = try Scripted("\(Self.ready); exec tail -f /dev/null")
        try withPool(worker.executable) { pool, loop in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<2 {
                    group.addTask(executorPreference: loop) {
                        do {
                            _ = try await Self.kind(pool)
                            return false
                        } catch {
                            return error is CancellationError
                        }
                    }
                }
                try await loop.sleep(for: .milliseconds(100))
                group.cancelAll()
                for try await wasCancelled in group { #expect(wasCancelled) }
            }
        }
    }
}
