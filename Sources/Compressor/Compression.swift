import EventLog
import Events
import Imaging
import Kafka
import ProductCache
import S3
import Service
import Telemetry

/// What is done for one image: fetch, compress, upload, append the answer.
struct Compression: Sendable {
    /// What became of an attempt.
    enum Outcome: Sendable {
        /// Compressed or failed, and the log says which.
        case answered
        /// To be tried again, not before `wait`; `counts` when it was the image's own fault.
        case again(wait: Duration?, counts: Bool)
        case cancelled
    }

    /// What the log is told about an image.
    private enum Answer: Sendable {
        case compressed(Events.CompressedImage)
        case failed(Events.ImageFailure)
    }

    /// Of every compressed image: what begins with it everybody may read.
    static let keyPrefix = "images/"

    private let context: ServiceContext
    private let recipe: ImageRecipe
    private let fetcher: SourceFetcher
    private let workers: WorkerPool
    private let store: S3Client
    private let progress: ImageProgress
    private let writer: EventWriter
    private let metrics: CompressorMetrics

    init(
        _ context: ServiceContext, _ settings: CompressorSettings, fetcher: SourceFetcher, workers: WorkerPool,
        store: S3Client, progress: ImageProgress, writer: EventWriter
    ) {
        self.context = context
        recipe = settings.recipe
        self.fetcher = fetcher
        self.workers = workers
        self.store = store
        self.progress = progress
        self.writer = writer
        metrics = CompressorMetrics(context.metrics)
    }

    func perform(_ job: ImageJob, isLastAttempt: Bool) async -> Outcome {
        let outcome = await attempt(job, isLastAttempt: isLastAttempt)
        // The answer says it all; only who waits again is doing nothing.
        if case .again = outcome { await progress.tell(nil, of: job.ask.imageID) }
        return outcome
    }

    private func attempt(_ job: ImageJob, isLastAttempt: Bool) async -> Outcome {
        let start = ContinuousClock.now
        do {
            let result = try await result(of: job, isLastAttempt: isLastAttempt)
            try await append(result, job)
            report(result, job, ContinuousClock.now - start)
            return .answered
        } catch is CancellationError {
            return .cancelled
        } catch let failure as FetchFailure {
            context.log.info(
                "image will be tried again",
                ["product_id": job.ask.productID, "attempt": job.attempt, "reason": failure.reason])
            return .again(wait: failure.retryAfter, counts: true)
        } catch {
            // The object store or the log: the image has nothing to do with it, so it counts for nothing.
            if Task.isCancelled { return .cancelled }
            context.log.warning("an image has to wait", ["product_id": job.ask.productID, "error": "\(error)"])
            return .again(wait: nil, counts: false)
        }
    }

    /// The answer to the ask. Throws `FetchFailure` when another attempt may do better, and other errors for what is
    /// not the image's fault.
    private func result(
        of job: ImageJob, isLastAttempt: Bool
    ) async throws -> Answer {
        await progress.tell(.fetching, of: job.ask.imageID)
        let source: [UInt8]
        do {
            source = try await fetcher.fetch(job.ask.source)
        } catch let error as FetchFailure {
            if error.reason == FetchFailure.cancelled { throw CancellationError() }
            if error.isRetriable && !isLastAttempt { throw error }
            return .failed(.init(reason: error.reason, detail: error.detail, attempts: job.attempt))
        }
        await progress.tell(.processing, of: job.ask.imageID)
        let outcome = try await workers.compress(source, recipe)
        switch outcome.result {
        case .failure(let failure):
            return .failed(.init(reason: failure.kind.rawValue, detail: failure.detail, attempts: job.attempt))
        case .success(let image):
            guard let rendition = image.renditions.first, let wanted = recipe.renditions.first else {
                return .failed(.init(reason: "internal", detail: "no renditions", attempts: job.attempt))
            }
            return .compressed(try await upload(rendition, wanted, of: outcome.source))
        }
    }

    /// The key is derived from what goes in and what is done to it: doing it again writes the same object again.
    private func upload(
        _ image: Rendition, _ wanted: RenditionRecipe, of source: SourceImage
    ) async throws -> Events.CompressedImage {
        let name = recipe.identifier(of: wanted)
        let key = "\(Self.keyPrefix)\(source.sha256)/\(name).\(image.encoding.fileExtension)"
        try await store.put(
            key: key, bytes: image.bytes, sha256: image.sha256, contentType: image.encoding.contentType,
            cacheControl: "public, max-age=31536000, immutable")
        let full = ImageRendition(
            name: ImageRendition.full, objectKey: key, url: try store.publicURL(key: key),
            contentType: image.encoding.contentType, width: Int(image.size.width), height: Int(image.size.height),
            bytes: image.bytes.count, kept: image.kept.rawValue)
        return Events.CompressedImage(
            renditions: [full], thumbHash: "", isAnimated: false,
            source: .init(
                format: source.format, declaredFormat: nil, bytes: Int(source.byteCount), digest: source.sha256))
    }

    /// The event's id is derived from the ask: appended twice it is the same event, and the fold voids the second.
    private func append(_ result: Answer, _ job: ImageJob) async throws {
        let event: ProductEvent =
            switch result {
            case .compressed(let image):
                .imagesCompressed(
                    ImagesCompressed(productID: job.ask.productID, images: [.init(id: job.ask.imageID, image: image)]))
            case .failed(let failure):
                .imageCompressionFailed(
                    ImageCompressionFailed(productID: job.ask.productID, id: job.ask.imageID, failure: failure))
            }
        _ = try await writer.append(
            event,
            EventMetadata(id: EventID("\(job.ask.imageID)-answer-\(job.ask.offset)"), time: WallClock.now()))
    }

    private func report(
        _ result: Answer, _ job: ImageJob, _ duration: Duration
    ) {
        switch result {
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
    }
}
