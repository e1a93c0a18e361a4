import EventLog
import Events

/// The fold over one batch: the pure `evolve` of each entity, and the ledger of commands that it cannot see.
struct BatchFold {
    private struct ProductSlot {
        var product: Product?
        /// Of the last event of the batch that changed it.
        var changed: LogPosition?
    }

    /// In the order of their first events here. What is looked up by hashing is looked up once for each event.
    private var products: [ProductSlot] = []
    private var productSlots: [ProductID: Int] = [:]
    private var users: [UserID: User]
    private var userPositions: [UserID: LogPosition] = [:]
    /// Commands that took effect before this batch.
    private let ledger: Set<Batch.Command>
    private var quarantined: Set<Batch.Key>
    private(set) var productEvents: [Batch.ProductEventVerdict] = []
    /// The last decision on each command.
    private(set) var decisions: [Batch.DecidedCommand] = []
    private var decisionSlots: [Batch.Command: Int] = [:]
    private(set) var voided = 0
    private(set) var newestProduct: Int64 = 0
    private(set) var newestUser: Int64 = 0

    /// For about `count` events.
    init(_ known: Batch.Known, expecting count: Int) {
        users = known.users
        ledger = known.commands
        quarantined = known.quarantined
        productEvents.reserveCapacity(count)
        decisions.reserveCapacity(count)
        decisionSlots.reserveCapacity(count)
        for (id, product) in known.products { productSlots[id] = add(product) }
    }

    private mutating func add(_ product: Product?) -> Int {
        products.append(ProductSlot(product: product))
        return products.count - 1
    }

    var hasQuarantine: Bool { !quarantined.isEmpty }
    func isQuarantined(_ key: Batch.Key) -> Bool { quarantined.contains(key) }
    mutating func quarantine(_ key: Batch.Key) { quarantined.insert(key) }

    mutating func fold(_ recorded: Recorded<ProductEvent>) {
        let id = recorded.event.productID
        if case .created = recorded.event { newestProduct = max(newestProduct, id.value) }
        let slot = slot(of: id)
        let before = Self.counters(products[slot].product)
        let command = recorded.metadata.command.map { Batch.Command(.products, recorded.position.partition, $0) }
        let previous = command.flatMap { decisionSlots[$0] }
        guard isNew(command, previous) else {
            return note(recorded, .voided(.duplicateCommand), from: before, to: before, slot)
        }
        let verdict = Product.evolve(&products[slot].product, recorded)
        let after = Self.counters(products[slot].product)
        note(recorded, verdict, from: before, to: after, slot)
        guard let command else { return }
        let product = products[slot].product
        decide(command, previous, recorded.metadata, verdict, .products, recorded.position, id.value, after) {
            product.flatMap { $0.isDeleted ? nil : ProductDocument($0).json }
        }
    }

    private typealias Counters = (version: Int64, mediaRevision: Int64)

    private static func counters(_ product: Product?) -> Counters {
        product.map { ($0.version, $0.mediaRevision) } ?? (0, 0)
    }

    private mutating func slot(of id: ProductID) -> Int {
        if let slot = productSlots[id] { return slot }
        let slot = add(nil)
        productSlots[id] = slot
        return slot
    }

    private mutating func note(
        _ recorded: Recorded<ProductEvent>, _ verdict: Verdict, from before: Counters, to after: Counters, _ slot: Int
    ) {
        // Accepted without a change: what was asked for was there already.
        let isChange = after != before
        if isChange { products[slot].changed = recorded.position }
        if verdict != .accepted { voided += 1 }
        productEvents.append(
            .init(
                product: recorded.event.productID, position: recorded.position, version: after.version,
                mediaRevision: after.mediaRevision, occurredAt: recorded.metadata.time, isChange: isChange,
                voidReason: verdict.voidReason))
    }

    mutating func fold(_ recorded: Recorded<UserEvent>) {
        let id = recorded.event.userID
        newestUser = max(newestUser, id.value)
        let command = recorded.metadata.command.map { Batch.Command(.users, recorded.position.partition, $0) }
        let previous = command.flatMap { decisionSlots[$0] }
        guard isNew(command, previous) else { return voided += 1 }
        let verdict = User.evolve(&users[id], recorded)
        if verdict != .accepted { voided += 1 }
        let user = users[id]
        if verdict == .accepted { userPositions[id] = recorded.position }
        guard let command else { return }
        let counters: Counters = (user == nil ? 0 : 1, 0)
        decide(command, previous, recorded.metadata, verdict, .users, recorded.position, id.value, counters) {
            user?.json
        }
    }

    /// Whether no earlier event with the command took effect in the partition: what comes after that is void, and
    /// leaves its verdict alone. A command that was refused can be tried again. `previous`: its decision in this batch.
    private func isNew(_ command: Batch.Command?, _ previous: Int?) -> Bool {
        if let previous { return decisions[previous].voidReason != nil }
        return command.map { ledger.isEmpty || !ledger.contains($0) } ?? true
    }

    private mutating func decide(
        _ command: Batch.Command, _ previous: Int?, _ metadata: EventMetadata, _ verdict: Verdict, _ topic: Topic,
        _ position: LogPosition, _ resource: Int64, _ counters: Counters, _ document: () -> [UInt8]?
    ) {
        let reason = verdict.voidReason
        let decision = Batch.DecidedCommand(
            id: command.id, event: metadata.id, topic: topic, position: position, resource: resource,
            version: counters.version, mediaRevision: counters.mediaRevision, voidReason: reason,
            idempotency: metadata.idempotency,
            document: reason == nil && metadata.idempotency != nil ? document() : nil)
        if let previous {
            decisions[previous] = decision
        } else {
            decisionSlots[command] = decisions.count
            decisions.append(decision)
        }
    }

    var changedProducts: [Batch.ChangedProduct] {
        products.compactMap { slot in
            guard let product = slot.product, let position = slot.changed else { return nil }
            return Batch.ChangedProduct(product: product, position: position)
        }
    }

    var changedUsers: [Batch.ChangedUser] {
        userPositions.compactMap { id, position in users[id].map { Batch.ChangedUser(user: $0, position: position) } }
    }
}
