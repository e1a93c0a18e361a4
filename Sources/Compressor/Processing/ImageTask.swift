import EventLoop
import Events
import Imaging
import ProductCache
import S3
import Service
import Telemetry

/// What is done for one image: fetch, make the renditions, answer.
struct Compression: Sendable {
    /// What became of an attempt.
    struct Attempt: Sendable {
        let outcome: Outcome
        let host: HostVerdict

        /// Of what nobody wants any more.
        static let none = Attempt(outcome: .unwanted, host: .untried)
    }

    enum Outcome: Sendable {
        /// Compressed or failed, and the log says which.
        case answered
        /// To be tried again: what failed may pass.
        case again(FetchFailure)
        /// To be tried again, and no attempt of the image's: the object store did not take part.
        case held(any Error)
        case cancelled
        /// Nothing was done.
        case unwanted
    }

    /// What it tells of the source's host.
    enum HostVerdict: Sendable {
        case untried, worked
        case failed(FetchFailure)
    }

    private let context: ServiceContext
    private let fetcher: SourceFetcher
    private let renditions: Renditions
    private let progress: ImageProgress
    private let answers: Answers
    private let metrics: CompressorMetrics

    init(
        _ context: ServiceContext, fetcher: SourceFetcher, renditions: Renditions, progress: ImageProgress,
        answers: Answers
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
        let source: Source
        do throws(SourceFetcher.Failure) {
            source = try await fetcher.fetch(job.ask.source)
        } catch {
            return await failed(error, job, isLastAttempt: isLastAttempt, since: start)
        }
        await progress.tell(.processing, of: job.ask.imageID)
        let host = source.isUpload ? HostVerdict.untried : .worked
        do {
            let answer: Answers.Answer
            switch try await renditions.make(of: source) {
            case .success(let image): answer = .compressed(image)
            case .failure(let failure):
                answer = .failed(
                    .init(reason: failure.kind.rawValue, detail: failure.detail, attempts: job.attempt))
            }
            return Attempt(outcome: await self.answer(answer, job, since: start), host: host)
        } catch {
            await progress.tell(nil, of: job.ask.imageID)
            return Attempt(outcome: Task.isCancelled ? .cancelled : .held(error), host: host)
        }
    }

    /// That it waits, for how long and why.
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
            return Attempt(outcome: .held(error), host: .untried)
        case .source(let failure):
            let host: HostVerdict =
                !failure.concernsHost ? .untried : failure.isRetriable ? .failed(failure) : .worked
            if failure.isRetriable, !isLastAttempt { return Attempt(outcome: .again(failure), host: host) }
            return Attempt(outcome: await answer(.failed(failure.failure(job)), job, since: start), host: host)
        }
    }

    private func answer(
        _ answer: Answers.Answer, _ job: ImageJob, since start: ContinuousClock.Instant
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
    func failure(_ job: ImageJob) -> Events.ImageFailure {
        .init(reason: reason, detail: detail, attempts: job.attempt)
    }
}
