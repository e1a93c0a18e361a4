import EventLoop
import Service
import Telemetry

/// Runs the jobs: so many at once, so many of one host, each again when what failed may pass.
final class Worklist: @unchecked Sendable {
    // `@unchecked`: loop's thread only.
    private let context: ServiceContext
    private let compression: Compression
    private let concurrency: Int
    private let retry: RetryPolicy
    private var queues: HostQueues
    private let hostConcurrency: Int
    private var running = 0
    /// Grows when the partitions go: jobs of an older generation are not taken up again.
    private var generation = 0
    private let signals: AsyncStream<Work>
    private let signal: AsyncStream<Work>.Continuation
    /// Told of each job whose answer is on the log.
    var onAnswer: (ImageJob) -> Void = { _ in }

    private enum Work {
        case run(ImageJob, generation: Int)
        case again(ImageJob, after: Duration, generation: Int)
    }

    init(_ context: ServiceContext, _ settings: CompressorSettings, _ compression: Compression) {
        self.context = context
        self.compression = compression
        concurrency = settings.concurrency
        hostConcurrency = settings.hostConcurrency
        retry = settings.retry
        queues = HostQueues(hostConcurrency: settings.hostConcurrency)
        // Bounded by `concurrency` and by the jobs that wait for another attempt, which `Intake` bounds.
        (signals, signal) = AsyncStream.makeStream(of: Work.self)
    }

    func add(_ job: ImageJob) {
        queues.add(job)
        start()
    }

    /// Forgets what has not begun: somebody else does it now.
    func removeAll() {
        queues = HostQueues(hostConcurrency: hostConcurrency)
        generation += 1
    }

    /// Runs jobs until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in signals {
                switch work {
                case .run(let job, let generation):
                    group.addTask(executorPreference: context.loop) { await self.perform(job, generation) }
                case .again(let job, let delay, let generation):
                    group.addTask(executorPreference: context.loop) {
                        do {
                            try await self.context.loop.sleep(for: delay)
                        } catch {
                            return  // stopping: the log still asks for it
                        }
                        if generation == self.generation { self.add(job) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func start() {
        while running < concurrency, let job = queues.next() {
            running += 1
            signal.yield(.run(job, generation: generation))
        }
    }

    private func perform(_ job: ImageJob, _ generation: Int) async {
        let outcome = await compression.perform(job, isLastAttempt: job.attempt >= retry.attempts)
        running -= 1
        if generation == self.generation { queues.finished(job) }
        switch outcome {
        case .answered:
            onAnswer(job)
        case .again(let wait, let counts):
            var next = job
            if counts { next.attempt += 1 }
            let delay = retry.delay(after: job.attempt, atLeast: wait, random: .random(in: 0...1))
            signal.yield(.again(next, after: delay, generation: generation))
        case .cancelled:
            break
        }
        start()
    }
}
