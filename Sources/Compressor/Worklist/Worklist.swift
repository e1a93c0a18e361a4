import EventLoop
import Service
import Telemetry

/// Runs the jobs with concurrency that is bounded in total, for each host and for each owner, and retries those whose
/// failure is temporary.
final class Worklist: @unchecked Sendable {
    // `@unchecked`: for the loop's thread only.
    private let context: ServiceContext
    private let task: ImageTask
    private let gates: [ImageTask.Dependency: DependencyGate]
    private let retry: RetryPolicy
    private let makeQueue: @Sendable () -> FairQueue
    private var queue: FairQueue
    /// The breakers of the hosts that failed last.
    private var breakers: [String: HostBreaker] = [:]
    private var running = 0
    /// Grows when the partitions are revoked: jobs of an older generation are not resumed.
    private var generation = 0
    private let signals: AsyncStream<Work>
    private let signal: AsyncStream<Work>.Continuation
    /// Called for each job whose answer is on the log.
    var onAnswer: (ImageJob) -> Void = { _ in }
    /// Whether the log still asks for the image.
    var isWanted: (ImageJob) -> Bool = { _ in true }

    private enum Work {
        case run(ImageJob, generation: Int)
        case again(ImageJob, after: Duration, generation: Int)
        case probe(host: String, after: Duration, generation: Int)
    }

    init(
        _ context: ServiceContext, _ settings: CompressorSettings, _ task: ImageTask,
        _ gates: [ImageTask.Dependency: DependencyGate]
    ) {
        self.context = context
        self.task = task
        self.gates = gates
        retry = settings.retry
        makeQueue = {
            FairQueue(hostConcurrency: settings.hostConcurrency, ownerConcurrency: settings.ownerConcurrency)
        }
        queue = makeQueue()
        // Bounded by `concurrency` and by the jobs that wait for another attempt, which `Intake` bounds.
        (signals, signal) = AsyncStream.makeStream(of: Work.self)
        for gate in gates.values { gate.onOpen = { [weak self] in self?.start() } }
    }

    func add(_ job: ImageJob) {
        queue.add(job)
        start()
    }

    /// Forgets the jobs that have not begun: another compressor does them now.
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

    /// Returns false when cancelled: the log still asks for the image that waited.
    private func pause(_ delay: Duration) async -> Bool {
        do {
            try await context.loop.sleep(for: delay)
            return true
        } catch {
            return false
        }
    }

    private var allowance: Int { gates.values.map(\.allowance).min() ?? 0 }

    private func start() {
        while running < allowance, let job = queue.next() {
            running += 1
            signal.yield(.run(job, generation: generation))
        }
    }

    private func perform(_ job: ImageJob, _ generation: Int) async {
        // Checked now and not when the job got its turn, which may be while the log is being folded.
        let attempt =
            generation == self.generation && isWanted(job)
            ? await task.perform(job, isLastAttempt: job.attempt >= retry.attempts) : .none
        running -= 1
        if generation == self.generation {
            judge(job, attempt.host)
            finished(job)
        }
        switch attempt.outcome {
        case .answered:
            for gate in gates.values { gate.worked() }
            onAnswer(job)
        case .again(let failure):
            var next = job
            next.attempt += 1
            let delay = retry.delay(
                after: job.attempt, factor: failure.factor, atLeast: failure.retryAfter, random: .random(in: 0...1))
            await task.tellWaiting(job, failure, delay)
            signal.yield(.again(next, after: delay, generation: generation))
        case .held(let dependency, let error):
            gates[dependency]?.failed(error)
            if generation == self.generation { queue.add(job) }
        case .cancelled, .unwanted:
            break
        }
        start()
    }

    private func finished(_ job: ImageJob) {
        queue.finished(job)
        // A job that waits for its next attempt finds a fresh breaker then.
        if !queue.knows(job.host) { breakers[job.host] = nil }
    }

    /// Applies what an attempt says about the host to all images that wait for the host.
    private func judge(_ job: ImageJob, _ verdict: ImageTask.HostVerdict) {
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
                "a host is not asked for a while", ["host": job.host, "reason": failure.reason, "duration_ms": delay])
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
