import Base
import EventLog
import EventLoop
import Events
import Kafka
import Service
import Telemetry

/// The outcome of the work on an image.
enum ImageAnswer: Sendable {
    case compressed(CompressedImage)
    case failed(ImageFailure)
}

/// Appends the answer for an image to the log. A failed image becomes a dead letter first, so that operators find a
/// dead letter for every failure that is on the log.
struct AnswerWriter: Sendable {
    let context: ServiceContext
    let events: EventWriter
    let deadLetters: DeadLetterWriter

    /// Retries until the answer is on the log, because making the image again would cost more. False when cancelled
    /// before.
    ///
    /// Ids derive from the request. If the answer is appended twice, it is the same event, which the fold voids, and
    /// the same dead letter.
    func append(_ answer: ImageAnswer, _ job: ImageJob) async -> Bool {
        let ask = job.ask
        let metadata = EventMetadata(id: EventID("\(ask.imageID)-answer-\(ask.offset)"), time: WallClock.now())
        return await untilAppended {
            switch answer {
            case .compressed(let image):
                let answer = ImagesCompressed.Item(id: ask.imageID, image: image)
                let event = ImagesCompressed(productID: ask.productID, images: [answer])
                _ = try await events.append(.imagesCompressed(event), metadata)
            case .failed(let failure):
                try await deadLetters.append(
                    DeadLetter(
                        id: metadata.id, productID: ask.productID, imageID: ask.imageID, source: ask.source,
                        failure: failure, asked: LogPosition(partition: job.partition, offset: ask.offset),
                        time: metadata.time))
                let event = ImageCompressionFailed(productID: ask.productID, id: ask.imageID, failure: failure)
                _ = try await events.append(.imageCompressionFailed(event), metadata)
            }
        }
    }

    private func untilAppended(_ append: () async throws -> Void) async -> Bool {
        var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(5))
        while true {
            do {
                try await append()
                return true
            } catch {
                if Task.isCancelled { return false }
                context.log.warning("the log does not accept an answer", ["error": "\(error)"])
            }
            do {
                try await context.loop.sleep(for: backoff.next())
            } catch {
                return false  // stopping: the log still asks for it
            }
        }
    }
}
