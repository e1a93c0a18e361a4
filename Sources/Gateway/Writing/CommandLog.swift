import EventLog
import EventLoop
import Events
import Kafka
import ProductCache
import Redis
import Telemetry

/// Appends events to the log and waits for the fold's verdict. A product's change is answered when no cached read can
/// show an older state.
struct CommandLog: Sendable {
    /// A command that is to be appended.
    struct Submission: Sendable {
        let command: CommandID
        let idempotency: IdempotencyMark?
        let traceparent: String
        /// The time to wait for the fold's verdict.
        var wait: Duration
    }

    enum Outcome: Sendable {
        /// The command took effect. For a replay it did so earlier, and the appended event is void.
        case accepted(Decision, isReplay: Bool)
        case refused(Decision, Problem)
        /// The event is on the log but was not folded in time.
        case pending
    }

    /// An event that is on the log, and what the fold made of it.
    struct Appended<Event: Sendable>: Sendable {
        let recorded: Recorded<Event>
        let token: ConsistencyToken
        let outcome: Outcome
    }

    let writer: EventWriter
    let folds: FoldWatch
    let cache: ProductCache
    let loop: EventLoop
    let log: Log

    func append(
        _ event: ProductEvent, _ submission: Submission, expecting version: Int64?
    ) async throws -> Appended<ProductEvent> {
        let metadata = metadata(submission, expecting: version)
        let position = try await reported { () async throws(KafkaError) in try await self.writer.append(event, metadata)
        }
        let appended = try await appended(Recorded(event, metadata, at: position), submission, .products)
        if case .accepted(let decision, _) = appended.outcome {
            await invalidate(event.productID, upTo: decision.position.offset)
        }
        return appended
    }

    /// Does what the projector does after its commit, for one product and without waiting for the projector's turn.
    private func invalidate(_ id: ProductID, upTo offset: Int64) async {
        do throws(RedisError) {
            try await cache.invalidate([.init(id: id, offset: offset)], watermarks: [:])
        } catch {
            log.debug("cache does not respond", ["error": "\(error)"])  // the Redis client logs changes of state
        }
    }

    func append(_ event: UserEvent, _ submission: Submission) async throws -> Appended<UserEvent> {
        let metadata = metadata(submission, expecting: nil)
        let position = try await reported { () async throws(KafkaError) in try await self.writer.append(event, metadata)
        }
        return try await appended(Recorded(event, metadata, at: position), submission, .users)
    }

    private func metadata(_ submission: Submission, expecting version: Int64?) -> EventMetadata {
        EventMetadata(
            id: EventID(UUIDv7.make()), time: WallClock.now(), command: submission.command, expectedVersion: version,
            idempotency: submission.idempotency, traceparent: submission.traceparent)
    }

    private func reported(_ append: () async throws(KafkaError) -> LogPosition) async throws -> LogPosition {
        do throws(KafkaError) {
            return try await append()
        } catch {
            var problem = Problem.unavailable(
                error.mayHaveBeenWritten
                    ? "The write was not acknowledged in time and may have been recorded."
                    : "Nothing can be recorded at the moment.")
            problem.mayHaveTakenEffect = error.mayHaveBeenWritten
            throw problem
        }
    }

    private func appended<Event: Sendable>(
        _ recorded: Recorded<Event>, _ submission: Submission, _ topic: Topic
    ) async throws -> Appended<Event> {
        let token = ConsistencyToken(topic, recorded.position)
        let decision = try await decision(submission, token)
        return Appended(
            recorded: recorded, token: decision?.token ?? token,
            outcome: try outcome(decision, submission, recorded.position))
    }

    /// Nil if the decision is not known in time.
    private func decision(_ submission: Submission, _ token: ConsistencyToken) async throws -> Decision? {
        guard submission.wait > .zero else { return nil }
        do {
            return try await loop.withDeadline(submission.wait) {
                await folds.decision(on: submission.command, token.topic, at: token.position)
            }
        } catch is DeadlineExceeded {
            return nil
        }
    }

    private func outcome(
        _ decision: Decision?, _ submission: Submission, _ position: LogPosition
    ) throws -> Outcome {
        guard let decision else { return .pending }
        if let problem = decision.problem { return .refused(decision, problem) }
        guard decision.position != position else { return .accepted(decision, isReplay: false) }
        // An earlier event of the same command took effect, so this event is void.
        guard submission.idempotency?.isSameRequest(decision) == true else { throw Problem(.idempotencyKeyReused) }
        return .accepted(decision, isReplay: true)
    }
}
