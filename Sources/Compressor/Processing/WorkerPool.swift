import EventLoop
import Imaging
import Telemetry

/// A few `warelog-image-worker` processes, each started when it is needed and kept. Loop's thread only.
///
/// A worker that crashes, hangs or exceeds a limit fails the image it has in hand and is replaced; nothing else
/// notices.
final class WorkerPool: @unchecked Sendable {
    private let loop: EventLoop
    private let executable: String
    private let size: Int
    private let deadline: Duration
    private let log: Log
    private var idle: [Worker] = []
    private var busy = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isClosed = false

    init(on loop: EventLoop, executable: String, size: Int, deadline: Duration, log: Log) {
        self.loop = loop
        self.executable = executable
        self.size = size
        self.deadline = deadline
        self.log = log
    }

    /// What becomes of `source`. Throws only when no worker can be started at all.
    func compress(_ source: [UInt8], _ recipe: ImageRecipe) async throws -> ImageOutcome {
        // As many callers as jobs are in work: `IMAGE_CONCURRENCY` bounds this queue.
        while busy >= size { await withCheckedContinuation { waiting.append($0) } }
        busy += 1
        defer {
            busy -= 1
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        let worker = try idle.popLast() ?? Worker(on: loop, executable: executable, deadline: deadline, log: log)
        let outcome = await worker.compress(source, recipe)
        if worker.isUsable, !isClosed { idle.append(worker) } else { worker.close() }
        return outcome
    }

    func close() {
        isClosed = true
        for worker in idle { worker.close() }
        idle = []
    }
}
