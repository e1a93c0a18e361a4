import EventLoop
import Service
import Telemetry

/// Runs the jobs: so many at once, so many of one host and of one owner, each again when what failed may pass.
final class Worklist: @unchecked Sendable {
    // `@unchecked`: loop's thread only.
    private let context: ServiceContext
    private let compression: Compression
    private let gate: StoreGate
    private let retry: RetryPolicy
    private let makeQueue: @Sendable () -> FairQueue
    private var queue: FairQueue
    /// Of the hosts that failed last.
    private var breakers: [String: HostBreaker] = [:]
    private var running = 0
    /// Grows when the partitions go: jobs of an older generation are not taken up again.
    private var generation = 0
    private let signals: AsyncStream<Work>
    private let signal: AsyncStream<Work>.Continuation
    /// Told of each job whose answer is on the log.
    var onAnswer: (ImageJob) -> Void = { _ in }
    /// Whether the log still asks for it.
    var isWanted: (ImageJob) -> Bool = { _ in true }

    private enum Work {
        case run(ImageJob, generation: Int)
        case again(ImageJob, after: Duration, generation: Int)
        case probe(host: String, after: Duration, generation: Int)
    }

    init(_ context: ServiceContext, _ settings: CompressorSettings, _ compression: Compression, _ gate: StoreGate) {
        self.context = context
        self.compression = compression
        self.gate = gate
        retry = settings.retry
        makeQueue = {
            FairQueue(hostConcurrency: settings.hostConcurrency, ownerConcurrency: settings.ownerConcurrency)
        }
        queue = makeQueue()
        // Bounded by `concurrency` and by the jobs that wait for another attempt, which `Intake` bounds.
        (signals, signal) = AsyncStream.makeStream(of: Work.self)
        gate.onOpen = { [weak self] in self?.start() }
    }

    func add(_ job: ImageJob) {
        queue.add(job)
        start()
    }

    /// Forgets what has not begun: somebody else does it now.
    func removeAll() {
        queue = makeQueue()
        breakers = [:]
        generation += 1
    }

    /// Runs jobs until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in signals {
                group.addTask(executorPreference: context.loop) { await self.perform(work) }
            }
            group.cancelAll()
        }
    }

    private func perform(_ work: Work) async {
        switch work {
        case .run(let job, let generation):
            await perform(job, generation)
        case .again(let job, let delay, let generation):
            guard await pause(delay), generation == self.generation else { return }
            add(job)
        case .probe(let host, let delay, let generation):
            guard await pause(delay), generation == self.generation else { return }
            guard breakers[host]?.probe() == true else { return }
            queue.limit(host, to: 1)
            start()
        }
    }

    /// False when it was cancelled: the log still asks for what waited.
    private func pause(_ delay: Duration) async -> Bool {
        do {
            try await context.loop.sleep(for: delay)
            return true
        } catch {
            return false
        }
    }

    private func start() {
        while running < gate.allowance, let job = queue.next() {
            running += 1
            signal.yield(.run(job, generation: generation))
        }
    }

    private func perform(_ job: ImageJob, _ generation: Int) async {
        // Asked now, not when it got its turn: that may be while the log is being folded.
        let attempt =
            generation == self.generation && isWanted(job)
            ? await compression.perform(job, isLastAttempt: job.attempt >= retry.attempts) : .none
        running -= 1
        if generation == self.generation {
            judge(job, attempt.host)
            finished(job)
        }
        switch attempt.outcome {
        case .answered:
            gate.worked()
            onAnswer(job)
        case .again(let failure):
            var next = job
            next.attempt += 1
            let delay = retry.delay(
                after: job.attempt, factor: failure.factor, atLeast: failure.retryAfter, random: .random(in: 0...1))
            await compression.tellWaiting(job, failure, delay)
            signal.yield(.again(next, after: delay, generation: generation))
        case .held(let error):
            gate.failed(error)
            if generation == self.generation { queue.add(job) }
        case .cancelled, .unwanted:
            break
        }
        start()
    }

    private func finished(_ job: ImageJob) {
        queue.finished(job)
        // Whoever waits for another attempt comes back as if nothing had been.
        if !queue.knows(job.host) { breakers[job.host] = nil }
    }

    /// What an attempt tells of the host, for all that wait for it.
    private func judge(_ job: ImageJob, _ verdict: Compression.HostVerdict) {
        switch verdict {
        case .untried: break
        case .worked:
            if breakers.removeValue(forKey: job.host) != nil { queue.limit(job.host, to: nil) }
        case .failed(let failure):
            var breaker = breakers[job.host] ?? HostBreaker()
            let consequence = breaker.failed()
            breakers[job.host] = breaker
            guard case .opened(let isProbe) = consequence else { return }
            let delay = retry.delay(
                after: breaker.openings, factor: failure.factor, atLeast: failure.retryAfter, random: .random(in: 0...1)
            )
            context.log.info(
                "a host is left alone", ["host": job.host, "reason": failure.reason, "duration_ms": delay])
            queue.limit(job.host, to: 0)
            signal.yield(.probe(host: job.host, after: delay, generation: generation))
            guard isProbe else { return }
            for var spent in queue.countFailure(of: job.host, attempts: retry.attempts) {
                spent.attempt = retry.attempts
                spent.spent = failure
                queue.add(spent)
            }
        }
    }
}
