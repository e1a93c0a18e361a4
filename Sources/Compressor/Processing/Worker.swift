import EventLoop
import Imaging
import Telemetry

/// One `warelog-image-worker` process, which does at most one job at a time. For the loop's thread only.
final class Worker: @unchecked Sendable {
    /// The way in which a job ended.
    enum Reply {
        case finished(ImageOutcome)
        /// The deadline passed; the worker was killed.
        case overdue
        /// The worker ended without an answer; the value says how, if that is known.
        case ended(ChildProcess.Exit?)
        case cancelled
    }

    private enum State {
        case idle
        case working(CheckedContinuation<Reply, Never>)
        case ended(ChildProcess.Exit?)
    }

    private let loop: EventLoop
    private let deadline: Duration
    private let log: Log
    private var child: ChildProcess?
    private var timer: Timer?
    private var decoder = WorkerResponseDecoder()
    private var state = State.idle
    private var starts: [CheckedContinuation<Void, Never>] = []
    /// The number of the last job, by which a late cancellation is recognised.
    private var job = 0
    /// Whether the worker has said that it is ready. One that ends before that cannot be started at all.
    private(set) var hasStarted = false

    init(on loop: EventLoop, executable: String, deadline: Duration, log: Log) throws(EventLoopError) {
        self.loop = loop
        self.deadline = deadline
        self.log = log
        child = try ChildProcess(
            on: loop, executable: executable, onOutput: { [weak self] in self?.received($0) },
            onExit: { [weak self] in self?.exited($0) })
        timer = try Timer(on: loop) { [weak self] in self?.end(.overdue, exit: nil) }
    }

    /// Whether it can take another job.
    var isUsable: Bool {
        if case .ended = state { false } else { true }
    }

    func compress(_ source: [UInt8], _ recipe: ImageRecipe) async -> Reply {
        job += 1
        let number = job
        async let written: Void = write(WorkerRequest(recipe: recipe, source: source).encoded())
        let reply = await withTaskCancellationHandler {
            await withCheckedContinuation { begin($0) }
        } onCancel: {
            loop.onLoop { self.cancel(number) }
        }
        await written
        return reply
    }

    /// Returns whether the worker started. A worker that does not get ready is killed at the deadline.
    func start() async -> Bool {
        timer?.start(after: deadline)
        await withCheckedContinuation { continuation in
            if hasStarted || !isUsable { continuation.resume() } else { starts.append(continuation) }
        }
        if isUsable { timer?.stop() }
        return hasStarted && isUsable
    }

    func close() {
        if isUsable { end(.ended(nil), exit: nil) }
        timer?.close()
        timer = nil
    }

    private func begin(_ continuation: CheckedContinuation<Reply, Never>) {
        switch state {
        case .idle where Task.isCancelled:
            continuation.resume(returning: .cancelled)
            end(.cancelled, exit: nil)
        case .idle:
            timer?.start(after: deadline)
            state = .working(continuation)
        case .ended(let exit): continuation.resume(returning: .ended(exit))
        case .working: continuation.resume(returning: .ended(nil))  // the pool gives a worker one job at a time
        }
    }

    private func cancel(_ number: Int) {
        if number == job, case .working = state { end(.cancelled, exit: nil) }
    }

    /// Ends the use of the worker, and its present job with `reply`.
    private func end(_ reply: Reply, exit: ChildProcess.Exit?) {
        finish(reply)
        state = .ended(exit)
        started()
        child?.kill()
    }

    /// The timer stops here, so that a deadline can only concern the job that is under way.
    private func finish(_ reply: Reply) {
        timer?.stop()
        guard case .working(let continuation) = state else { return }
        state = .idle
        continuation.resume(returning: reply)
    }

    private func started() {
        for continuation in starts { continuation.resume() }
        starts = []
    }

    private func write(_ request: [UInt8]) async {
        // A broken pipe means that the worker has ended, which `exited` reports.
        try? await child?.write(request)
    }

    private func received(_ bytes: [UInt8]) {
        decoder.feed(bytes)
        do {
            while let response = try decoder.next() {
                switch response {
                case .ready(let readiness):
                    if !readiness.seccomp { log.warning("the kernel cannot confine the image worker by seccomp") }
                    hasStarted = true
                    started()
                case .finished(let outcome, _):
                    if isUsable { finish(.finished(outcome)) }
                }
            }
        } catch {
            guard isUsable else { return }
            log.error("the image worker does not speak the protocol", ["error": "\(error)"])
            end(.ended(nil), exit: nil)
        }
    }

    private func exited(_ exit: ChildProcess.Exit) {
        if isUsable { end(.ended(exit), exit: exit) }
    }
}
