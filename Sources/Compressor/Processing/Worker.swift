import EventLoop
import Glibc
import Imaging
import Telemetry

/// One `warelog-image-worker` process, with at most one job. Loop's thread only.
final class Worker: @unchecked Sendable {
    private let loop: EventLoop
    private let deadline: Duration
    private let log: Log
    private var child: ChildProcess?
    private var timer: Timer?
    private var decoder = WorkerResponseDecoder()
    private var job: CheckedContinuation<Result<ImageOutcome, ImageFailure>, Never>?
    private var isOverdue = false

    init(on loop: EventLoop, executable: String, deadline: Duration, log: Log) throws(EventLoopError) {
        self.loop = loop
        self.deadline = deadline
        self.log = log
        child = try ChildProcess(
            on: loop, executable: executable, onOutput: { [weak self] in self?.received($0) },
            onExit: { [weak self] in self?.exited($0) })
        timer = try Timer(on: loop) { [weak self] in
            self?.isOverdue = true
            self?.child?.kill()
        }
    }

    /// Whether it may get another job.
    private(set) var isUsable = true

    func compress(_ source: [UInt8], _ recipe: ImageRecipe) async -> ImageOutcome {
        timer?.start(after: deadline)
        let request = WorkerRequest(recipe: recipe, source: source).encoded()
        async let written: Void = write(request)
        let result = await withCheckedContinuation { continuation in
            if isUsable { job = continuation } else { continuation.resume(returning: .failure(Self.crash)) }
        }
        await written
        timer?.stop()
        switch result {
        case .success(let outcome):
            return outcome
        case .failure(let failure):
            // The worker alone knows what the bytes were; it is gone.
            let unknown = SourceImage(format: "unknown", byteCount: UInt64(source.count), sha256: "", size: nil)
            return ImageOutcome(source: unknown, result: .failure(failure))
        }
    }

    func close() {
        isUsable = false
        timer?.close()
        timer = nil
        child?.kill()
    }

    private func write(_ request: [UInt8]) async {
        // A pipe that broke means that the worker has gone: `exited` says how.
        try? await child?.write(request)
    }

    private func received(_ bytes: [UInt8]) {
        decoder.feed(bytes)
        do {
            while let response = try decoder.next() {
                switch response {
                case .ready(let readiness):
                    if !readiness.seccomp { log.warning("the kernel cannot confine the image worker by seccomp") }
                case .finished(let outcome, _):
                    finish(.success(outcome))
                }
            }
        } catch {
            log.error("the image worker does not speak the protocol", ["error": "\(error)"])
            isUsable = false
            finish(.failure(Self.crash))
            child?.kill()
        }
    }

    private func exited(_ exit: ChildProcess.Exit) {
        isUsable = false
        if isOverdue {
            finish(.failure(ImageFailure(.timeout, "took longer than \(deadline)")))
        } else {
            if job != nil { log.warning("an image worker ended", ["status": exit.status, "signal": exit.signal]) }
            finish(.failure(Self.failure(exit)))
        }
    }

    private func finish(_ result: Result<ImageOutcome, ImageFailure>) {
        job?.resume(returning: result)
        job = nil
    }

    /// What its end says of the picture that it had in hand.
    private static func failure(_ exit: ChildProcess.Exit) -> ImageFailure {
        switch exit.signal {
        case SIGXCPU: ImageFailure(.timeout, "used all the CPU time that it may")
        // Nobody but the kernel does that, to whoever takes more than there is.
        case SIGKILL: ImageFailure(.outOfMemory, "the kernel ended the process that decoded the picture")
        default: crash
        }
    }

    private static let crash = ImageFailure(.crashed, "the process that decoded the picture ended")
}
