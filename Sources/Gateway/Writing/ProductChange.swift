import Base
import EventLog
import EventLoop
import Events
import History
import Postgres

/// A change of an existing product, from reading its state to the fold's decision.
///
/// If the client expects no version and another write was first, the change is decided again on the new state: a few
/// times and with pauses, because each attempt stays on the log for ever.
struct ProductChange: Sendable {
    /// The event that carries out the change.
    struct Plan: Sendable {
        let event: ProductEvent
        /// Whether the event changes nothing.
        var isEmpty = false
        /// Whether the event is valid only for the state on which it was decided.
        var needsState = false
    }

    private static let maximumAttempts = 4

    let parts: WriteParts
    let id: ProductID

    /// Reads the product. Nil if the read model does not respond; throws if the product never existed.
    func state(_ write: WriteRequest) async throws -> ProductState? {
        let state: ProductState?
        do {
            state = try await write.reads.spend { try await ProductState.load(id, parts.pool, within: $0) }
        } catch let error as PostgresError where error.isAway {
            return nil
        }
        guard let state else { throw Problem(.productNotFound) }
        return state
    }

    /// The content version that the request expects. Throws if the product is deleted or certainly in another version.
    func check(_ write: WriteRequest, _ state: ProductState?) throws(Problem) -> Int64? {
        if state?.product.isDeleted == true { throw Problem(.productNotFound) }
        return try write.preconditions.expectedVersion(of: state?.product, isRequired: parts.requiresIfMatch)
    }

    func run(
        _ write: WriteRequest, content: @autoclosure () -> [UInt8], _ decide: (Product?) throws -> Plan
    ) async throws -> WriteOutcome {
        var state = try await state(write)
        var (submission, earlier) = try await parts.submission(write, .product(id), content: content())
        if let earlier { return .accepted(earlier, earlier.representation, isReplay: true) }
        let end = ContinuousClock.now + submission.wait
        var backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(200))
        for attempt in 1...Self.maximumAttempts {
            let demanded = try check(write, state)
            let plan = try decide(state?.product)
            // A request with a key is recorded even if it changes nothing: its repetition must get the same answer.
            if plan.isEmpty, submission.idempotency == nil, let state {
                return .unchanged(Representation(state.product), ConsistencyToken(.products, state.position))
            }
            let appended = try await parts.log.append(
                plan.event, submission, expecting: demanded ?? (plan.needsState ? state?.product.version : nil))
            switch appended.outcome {
            case .pending:
                return .pending(.init(submission, appended, resource: id.value))
            case .accepted(let decision, let isReplay):
                do {
                    let result = try await representation(
                        after: decision, write, state, appended.recorded, isReplay: isReplay)
                    return .accepted(decision, result, isReplay: isReplay)
                } catch is Unreadable {
                    return .pending(.init(submission, appended, resource: id.value))
                }
            case .refused(let decision, let problem):
                guard decision.refusal?.isConflict == true, demanded == nil else { throw problem }
                guard attempt < Self.maximumAttempts else { break }
                try await parts.log.loop.sleep(for: backoff.next())
                state = try await self.state(write)
                submission.wait = max(.zero, end - .now)
            }
        }
        throw Problem.unavailable("Too many concurrent edits of the product.")
    }

    /// The write took effect, and the read model does not show the product at the moment.
    private struct Unreadable: Error {}

    /// The product after the event. The read model keeps it for a request with a key. Otherwise the gateway derives it
    /// from the state that it knew or, if another write was in between, reads the present state.
    private func representation(
        after decision: Decision, _ write: WriteRequest, _ state: ProductState?, _ recorded: Recorded<ProductEvent>,
        isReplay: Bool
    ) async throws -> Representation? {
        if decision.document != nil || isReplay { return decision.representation }
        var product = state?.product
        _ = Product.evolve(&product, recorded)
        if let product, product.version == decision.version, product.mediaRevision == decision.mediaRevision {
            return product.isDeleted ? nil : Representation(product)
        }
        guard let present = try await self.state(write) else { throw Unreadable() }
        return present.product.isDeleted ? nil : Representation(present.product)
    }
}
