import EventLoop
import Events
import Imaging
import ProductCache
import S3
import Service
import Telemetry

/// The work for one image: it fetches the source, makes the renditions and appends the answer.
struct ImageTask: Sendable {
    /// The result of one attempt.
    struct Attempt: Sendable {
        let outcome: Outcome
        let host: HostVerdict

        /// The log no longer asks for the image.
        static let none = Attempt(outcome: .unwanted, host: .untried)
    }

    enum Outcome: Sendable {
        /// Compressed or failed; the answer is on the log.
        case answered
        /// Failed for a reason that may pass; the image is to be tried again.
        case again(FetchFailure)
        /// Not tried, because a dependency is unavailable. This does not count as an attempt.
        case held(Dependency, any Error)
        case cancelled
        /// Nothing was done, because the log no longer asks for it.
        case unwanted
    }

    /// The parts that the work for every image uses.
    enum Dependency: CaseIterable {
        case objectStore, imageWorkers
    }

    /// The conclusion from an attempt about the source's host.
    enum HostVerdict: Sendable {
        case untried, worked
        case failed(FetchFailure)
    }

    private let context: ServiceContext
    private let fetcher: SourceFetcher
    private let renditions: RenditionMaker
    private let progress: ImageProgress
    private let answers: AnswerWriter
    private let metrics: CompressorMetrics

    init(
        _ context: ServiceContext, fetcher: SourceFetcher, renditions: RenditionMaker, progress: ImageProgress,
        answers: AnswerWriter
    ) {
        self.context = context
        self.fetcher = fetcher
        self.renditions = renditions
        self.progress = progress
        self.answers = answers
        metrics = CompressorMetrics(context.metrics)
    }

    func perform(_ job: ImageJob, isLastAttempt: Bool) async -> Attempt {
        let start = ContinuousClock.now
        if let spent = job.spent {
            return Attempt(outcome: await answer(.failed(spent.failure(job)), job, since: start), host: .untried)
        }
        await progress.tell(.fetching, of: job.ask.imageID)
        let source: FetchedImage
        do throws(SourceFetcher.Failure) {
            source = try await fetcher.fetch(job.ask.source)
        } catch {
            return await failed(error, job, isLastAttempt: isLastAttempt, since: start)
        }
        await progress.tell(.processing, of: job.ask.imageID)
        let host = source.isUpload ? HostVerdict.untried : .worked
        do {
            let answer: ImageAnswer
            switch try await renditions.make(of: source) {
            case .success(let image): answer = .compressed(image)
            case .failure(let failure):
                answer = .failed(
                    .init(reason: failure.kind.rawValue, detail: failure.detail, attempts: job.attempt))
            }
            return Attempt(outcome: await self.answer(answer, job, since: start), host: host)
        } catch {
            await progress.tell(nil, of: job.ask.imageID)
            if Task.isCancelled { return Attempt(outcome: .cancelled, host: host) }
            let dependency = error is WorkersUnavailable ? Dependency.imageWorkers : .objectStore
            return Attempt(outcome: .held(dependency, error), host: host)
        }
    }

    /// Reports that the image waits for its next attempt, for how long and why.
    func tellWaiting(_ job: ImageJob, _ failure: FetchFailure, _ delay: Duration) async {
        context.log.info(
            "image will be tried again",
            [
                "product_id": job.ask.productID, "image_id": job.ask.imageID.text, "attempt": job.attempt,
                "reason": failure.reason, "duration_ms": delay,
            ])
        let next = Timestamp(milliseconds: WallClock.now().milliseconds + Int64(delay.wholeMilliseconds))
        await progress.tell(
            .waiting(.init(attempts: job.attempt, next: next, reason: failure.reason)), of: job.ask.imageID)
    }

    private func failed(
        _ error: SourceFetcher.Failure, _ job: ImageJob, isLastAttempt: Bool, since start: ContinuousClock.Instant
    ) async -> Attempt {
        switch error {
        case .cancelled:
            return Attempt(outcome: .cancelled, host: .untried)
        case .store(let error):
            await progress.tell(nil, of: job.ask.imageID)
            return Attempt(outcome: .held(.objectStore, error), host: .untried)
        case .source(let failure):
            let host: HostVerdict =
                !failure.concernsHost ? .untried : failure.isRetriable ? .failed(failure) : .worked
            if failure.isRetriable, !isLastAttempt { return Attempt(outcome: .again(failure), host: host) }
            return Attempt(outcome: await answer(.failed(failure.failure(job)), job, since: start), host: host)
        }
    }

    private func answer(
        _ answer: ImageAnswer, _ job: ImageJob, since start: ContinuousClock.Instant
    ) async -> Outcome {
        guard await answers.append(answer, job) else { return .cancelled }
        let duration = ContinuousClock.now - start
        switch answer {
        case .compressed(let image):
            metrics.compressed(image, duration)
            context.log.info(
                "image compressed",
                [
                    "product_id": job.ask.productID, "image_id": job.ask.imageID.text,
                    "source_bytes": image.source.bytes, "bytes": image.full?.bytes ?? 0, "kept": image.full?.kept ?? "",
                    "duration_ms": duration,
                ])
        case .failed(let failure):
            metrics.failed()
            context.log.warning(
                "image failed",
                [
                    "product_id": job.ask.productID, "image_id": job.ask.imageID.text, "reason": failure.reason,
                    "attempts": failure.attempts, "duration_ms": duration,
                ])
        }
        return .answered
    }
}

extension FetchFailure {
    func failure(_ job: ImageJob) -> ImageFailure {
        .init(reason: reason, detail: detail, attempts: job.attempt)
    }
}
