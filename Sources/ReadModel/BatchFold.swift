import EventLog
import Events

/// The fold over one batch: the pure `evolve` of each entity, and the ledger of commands that it cannot see.
struct BatchFold {
    private var products: [ProductID: Product]
    private var users: [UserID: User]
    private var ledger: Set<CommandID>
    private var quarantined: Set<Batch.Key>
    private var productPositions: [ProductID: LogPosition] = [:]
    private var userPositions: [UserID: LogPosition] = [:]
    private(set) var productEvents: [Batch.ProductEventVerdict] = []
    private var decided: [CommandID: Batch.DecidedCommand] = [:]
    private(set) var voided = 0
    private(set) var newestProduct: Int64 = 0
    private(set) var newestUser: Int64 = 0

    init(_ known: Batch.Known) {
        products = known.products
        users = known.users
        ledger = known.commands
        quarantined = known.quarantined
    }

    func isQuarantined(_ key: Batch.Key) -> Bool { quarantined.contains(key) }
    mutating func quarantine(_ key: Batch.Key) { quarantined.insert(key) }

    mutating func fold(_ recorded: Recorded<ProductEvent>) {
        let id = recorded.event.productID
        if case .created = recorded.event { newestProduct = max(newestProduct, id.value) }
        let before = counters(of: id)
        guard isNew(recorded.metadata.command) else {
            return note(recorded, .voided(.duplicateCommand), from: before, to: before)
        }
        let verdict = Product.evolve(&products[id], recorded)
        let product = products[id]
        let after = counters(of: id)
        note(recorded, verdict, from: before, to: after)
        decide(recorded.metadata, verdict, .products, recorded.position, id.value, after) {
            product.flatMap { $0.isDeleted ? nil : ProductDocument($0).json }
        }
    }

    private typealias Counters = (version: Int64, mediaRevision: Int64)

    private func counters(of id: ProductID) -> Counters { products[id].map { ($0.version, $0.mediaRevision) } ?? (0, 0) }

    private mutating func note(
        _ recorded: Recorded<ProductEvent>, _ verdict: Verdict, from before: Counters, to after: Counters
    ) {
        let id = recorded.event.productID
        // Accepted without a change: what was asked for was there already.
        let isChange = after != before
        if isChange { productPositions[id] = recorded.position }
        if verdict != .accepted { voided += 1 }
        productEvents.append(
            .init(
                product: id, position: recorded.position, version: after.version, mediaRevision: after.mediaRevision,
                occurredAt: recorded.metadata.time, isChange: isChange, voidReason: verdict.voidReason))
    }

    mutating func fold(_ recorded: Recorded<UserEvent>) {
        let id = recorded.event.userID
        newestUser = max(newestUser, id.value)
        guard isNew(recorded.metadata.command) else { return voided += 1 }
        let verdict = User.evolve(&users[id], recorded)
        if verdict != .accepted { voided += 1 }
        let user = users[id]
        if verdict == .accepted { userPositions[id] = recorded.position }
        decide(recorded.metadata, verdict, .users, recorded.position, id.value, (user == nil ? 0 : 1, 0)) { user?.json }
    }

    /// Whether no earlier event with the command took effect: what comes after that is void, and leaves its verdict
    /// alone. A command that was refused can be tried again.
    private mutating func isNew(_ command: CommandID?) -> Bool { command.map { !ledger.contains($0) } ?? true }

    private mutating func decide(
        _ metadata: EventMetadata, _ verdict: Verdict, _ topic: Topic, _ position: LogPosition, _ resource: Int64,
        _ counters: Counters, _ document: () -> [UInt8]?
    ) {
        guard let command = metadata.command else { return }
        let reason = verdict.voidReason
        if reason == nil { ledger.insert(command) }
        decided[command] = Batch.DecidedCommand(
            id: command, event: metadata.id, topic: topic, position: position, resource: resource,
            version: counters.version, mediaRevision: counters.mediaRevision, voidReason: reason,
            idempotency: metadata.idempotency,
            document: reason == nil && metadata.idempotency != nil ? document() : nil)
    }

    /// The last decision on each command.
    var decisions: [Batch.DecidedCommand] { Array(decided.values) }

    var changedProducts: [Batch.ChangedProduct] {
        productPositions.compactMap { id, position in
            products[id].map { Batch.ChangedProduct(product: $0, position: position) }
        }
    }

    var changedUsers: [Batch.ChangedUser] {
        userPositions.compactMap { id, position in users[id].map { Batch.ChangedUser(user: $0, position: position) } }
    }
}
