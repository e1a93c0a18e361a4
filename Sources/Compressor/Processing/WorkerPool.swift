import EventLoop
import Glibc
import Imaging
import Telemetry

/// No image worker can be started. This says nothing about the picture.
struct WorkersUnavailable: Error, CustomStringConvertible {
    let description: String
}

/// A few `warelog-image-worker` processes, each started when it is needed and kept. For the loop's thread only.
///
/// A worker that has ended while it was idle is replaced. One that ends while it works on a picture is replaced too,
/// and the picture gets a second, new worker: only when that one ends as well is the picture to blame.
final class WorkerPool: @unchecked Sendable {
    private let loop: EventLoop
    private let executable: String
    private let size: Int
    private let deadline: Duration
    private let log: Log
    private var idle: [Worker] = []
    private var busy = 0
    private var waiting: [(id: Int, turn: CheckedContinuation<Void, Never>)] = []
    private var lastWaiter = 0
    private var isClosed = false

    init(on loop: EventLoop, executable: String, size: Int, deadline: Duration, log: Log) {
        self.loop = loop
        self.executable = executable
        self.size = size
        self.deadline = deadline
        self.log = log
    }

    /// Throws `WorkersUnavailable` when no worker can be started, and `CancellationError`.
    func compress(_ source: [UInt8], _ recipe: ImageRecipe) async throws -> ImageOutcome {
        try await withTurn {
            var failures = 0
            var mayReuse = true
            while true {
                let kept = mayReuse ? takeIdle() : nil
                let worker = try kept ?? start()
                switch await worker.compress(source, recipe) {
                case .finished(let outcome):
                    keep(worker)
                    return outcome
                case .overdue:
                    worker.close()
                    return refused(source, CodecFailure(.timeout, "decoding took longer than \(deadline)"))
                case .cancelled:
                    worker.close()
                    throw CancellationError()
                case .ended(let exit):
                    worker.close()
                    guard worker.hasStarted else { throw Self.cannotStart(exit) }
                    let failure = Self.failure(exit)
                    log.warning(
                        "an image worker ended",
                        ["status": exit?.status ?? 0, "signal": exit?.signal ?? 0, "reason": failure.kind.rawValue])
                    // A worker that was kept may have ended before it got the picture: that does not count.
                    if kept == nil { failures += 1 }
                    if failures == 2 || failure.kind == .timeout { return refused(source, failure) }
                    mayReuse = false
                }
            }
        }
    }

    /// Throws `WorkersUnavailable` when a new worker does not get ready.
    func check() async throws(WorkersUnavailable) {
        let worker = try start()
        guard await worker.start() else {
            worker.close()
            throw Self.cannotStart(nil)
        }
        keep(worker)
    }

    func close() {
        isClosed = true
        for worker in idle { worker.close() }
        idle = []
    }

    private func takeIdle() -> Worker? {
        while let worker = idle.popLast() {
            if worker.isUsable { return worker }
            worker.close()
        }
        return nil
    }

    private func start() throws(WorkersUnavailable) -> Worker {
        do {
            return try Worker(on: loop, executable: executable, deadline: deadline, log: log)
        } catch {
            throw WorkersUnavailable(description: "the image worker cannot be started: \(error)")
        }
    }

    private func keep(_ worker: Worker) {
        if worker.isUsable, !isClosed, idle.count < size { idle.append(worker) } else { worker.close() }
    }

    /// Waits while all workers are busy. `IMAGE_CONCURRENCY` bounds how many callers wait.
    private func withTurn<Value>(_ body: () async throws -> Value) async throws -> Value {
        while busy >= size {
            lastWaiter += 1
            let id = lastWaiter
            await withTaskCancellationHandler {
                await withCheckedContinuation { turn in
                    if Task.isCancelled { turn.resume() } else { waiting.append((id, turn)) }
                }
            } onCancel: {
                loop.onLoop { self.leave(id) }
            }
            if Task.isCancelled {
                wakeNext()
                throw CancellationError()
            }
        }
        busy += 1
        defer {
            busy -= 1
            wakeNext()
        }
        return try await body()
    }

    private func leave(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).turn.resume()
    }

    private func wakeNext() {
        if busy < size, !waiting.isEmpty { waiting.removeFirst().turn.resume() }
    }

    private func refused(_ source: [UInt8], _ failure: CodecFailure) -> ImageOutcome {
        // Only the worker knew the format of the bytes, and it has ended.
        let unknown = SourceDescription(format: "unknown", byteCount: UInt64(source.count), sha256: "", size: nil)
        return ImageOutcome(source: unknown, result: .failure(failure))
    }

    private static func cannotStart(_ exit: ChildProcess.Exit?) -> WorkersUnavailable {
        let how = exit.map { $0.signal == 0 ? "status \($0.status)" : "signal \($0.signal)" } ?? "no answer"
        return WorkersUnavailable(description: "the image worker ended before it was ready: \(how)")
    }

    /// The conclusion from a worker's end about its picture.
    private static func failure(_ exit: ChildProcess.Exit?) -> CodecFailure {
        switch exit?.signal {
        case SIGXCPU: CodecFailure(.timeout, "decoding used all of its CPU time")
        // Only the kernel sends this signal, to a process that takes more memory than there is.
        case SIGKILL: CodecFailure(.outOfMemory, "the kernel killed the process that decoded the picture")
        default: CodecFailure(.crashed, "the process that decoded the picture crashed")
        }
    }
}
