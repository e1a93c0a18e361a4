import EventLog
import Events
import History
import Postgres

/// A change of a product that is there, from the state that it is decided on to the fold's decision.
///
/// A change that was decided on what the product looked like, without the client having named a version, is decided
/// anew on what won against it.
struct ProductChange: Sendable {
    /// What is to be put on the log.
    struct Plan: Sendable {
        let event: ProductEvent
        /// The product is already as it is wanted.
        var isEmpty = false
        /// The event is right for the state that it was decided on, and for no other.
        var needsState = false
    }

    private static let maximumAttempts = 32

    let parts: WriteParts
    let id: ProductID

    /// The product, or nil while the read model is away; throws where there is none.
    func state() async throws -> ProductState? {
        let state: ProductState?
        do {
            state = try await ProductState.load(id, parts.pool)
        } catch let error as PostgresError where error.isAway {
            return nil
        }
        guard let state else { throw Problem(.productNotFound) }
        return state
    }

    /// The content version that the request demands; throws where the product is certainly not what it is meant for.
    func check(_ write: WriteRequest, _ state: ProductState?) throws(Problem) -> Int64? {
        if state?.product.isDeleted == true { throw Problem(.productNotFound) }
        return try write.preconditions.expectedVersion(of: state?.product, isRequired: parts.requiresIfMatch)
    }

    func run(
        _ write: WriteRequest, content: [UInt8], _ decide: (Product?) throws -> Plan
    ) async throws -> WriteOutcome {
        var state = try await state()
        if write.idempotency != nil, state == nil {
            throw Problem.unavailable("Whether the request came before cannot be looked up at the moment.")
        }
        let (submission, earlier) = try await parts.submission(
            write, state.map { .user($0.product.userID) } ?? .anonymous, content: content)
        if let earlier { return .accepted(earlier, earlier.representation, isReplay: true) }
        for _ in 0..<Self.maximumAttempts {
            let demanded = try check(write, state)
            let plan = try decide(state?.product)
            // With a key it is recorded even so: when the request comes again, the product may be another.
            if plan.isEmpty, submission.idempotency == nil, let state {
                return .unchanged(Representation(state.product), ConsistencyToken(.products, state.position))
            }
            let appended = try await parts.log.append(
                plan.event, submission, expecting: demanded ?? (plan.needsState ? state?.product.version : nil))
            switch appended.outcome {
            case .pending:
                return .pending(.init(submission.command, appended, resource: id.value))
            case .accepted(let decision, let isReplay):
                let result = try await representation(after: decision, state, appended.recorded, isReplay: isReplay)
                return .accepted(decision, result, isReplay: isReplay)
            case .refused(let decision, let problem):
                guard decision.refusal == .versionMismatch, demanded == nil else { throw problem }
                state = try await self.state()
            }
        }
        throw Problem.unavailable("The product changes faster than this request can be decided.")
    }

    /// The product as the event left it: stored for a request with a key; else what follows from the state that the
    /// gateway knew; and where somebody else changed it in between, what it is by now.
    private func representation(
        after decision: Decision, _ state: ProductState?, _ recorded: Recorded<ProductEvent>, isReplay: Bool
    ) async throws -> Representation? {
        if decision.document != nil || isReplay { return decision.representation }
        var product = state?.product
        _ = Product.evolve(&product, recorded)
        if let product, product.version == decision.version, product.mediaRevision == decision.mediaRevision {
            return product.isDeleted ? nil : Representation(product)
        }
        return try await self.state().flatMap { $0.product.isDeleted ? nil : Representation($0.product) }
    }
}
