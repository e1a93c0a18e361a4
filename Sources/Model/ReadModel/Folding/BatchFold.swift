import EventLog
import Events

/// The fold over one batch: the pure `evolve` of each entity, and the ledger of commands, which no entity can see.
struct BatchFold {
    private struct ProductSlot {
        var product: Product?
        /// The position of the last event of the batch that changed the product.
        var changed: LogPosition?
    }

    /// The products in the order of their first events here: each event looks its product up by hashing only once.
    private var products: [ProductSlot] = []
    private var productSlots: [ProductID: Int] = [:]
    private var users: [UserID: User]
    private var userPositions: [UserID: LogPosition] = [:]
    /// The commands that took effect before this batch.
    private let ledger: Set<CommandKey>
    private var quarantined: Set<EntityKey>
    private(set) var productEvents: [ProductEventRow] = []
    /// The last decision on each command of the batch.
    private(set) var decisions: [CommandRow] = []
    private var decisionSlots: [CommandKey: Int] = [:]
    private(set) var voided = 0

    /// Reserves memory for about `count` events.
    init(_ state: LoadedState, expecting count: Int) {
        users = state.users
        ledger = state.commands
        quarantined = state.quarantined
        productEvents.reserveCapacity(count)
        decisions.reserveCapacity(count)
        decisionSlots.reserveCapacity(count)
        for (id, product) in state.products { productSlots[id] = add(product) }
    }

    private mutating func add(_ product: Product?) -> Int {
        products.append(ProductSlot(product: product))
        return products.count - 1
    }

    var hasQuarantine: Bool { !quarantined.isEmpty }
    func isQuarantined(_ key: EntityKey) -> Bool { quarantined.contains(key) }
    mutating func quarantine(_ key: EntityKey) { quarantined.insert(key) }

    mutating func fold(_ recorded: Recorded<ProductEvent>, _ command: CommandID?) {
        let id = recorded.event.productID
        let slot = slot(of: id)
        let before = Self.counters(products[slot].product)
        let command = command.map { CommandKey(.products, recorded.position.partition, $0) }
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
        // An accepted event changes nothing when the product was already as the event wants it.
        let isChange = after != before
        if isChange { products[slot].changed = recorded.position }
        if verdict != .accepted { voided += 1 }
        productEvents.append(
            .init(
                product: recorded.event.productID, position: recorded.position, version: after.version,
                mediaRevision: after.mediaRevision, occurredAt: recorded.metadata.time, isChange: isChange,
                voidReason: verdict.voidReason))
    }

    mutating func fold(_ recorded: Recorded<UserEvent>, _ command: CommandID?) {
        let id = recorded.event.userID
        let command = command.map { CommandKey(.users, recorded.position.partition, $0) }
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

    /// Whether no earlier event with the command took effect in the partition. Later events of a command that took
    /// effect are void and leave its verdict alone; a command that was refused can be tried again. `previous` is the
    /// index of the command's decision in this batch.
    private func isNew(_ command: CommandKey?, _ previous: Int?) -> Bool {
        if let previous { return decisions[previous].voidReason != nil }
        return command.map { ledger.isEmpty || !ledger.contains($0) } ?? true
    }

    private mutating func decide(
        _ command: CommandKey, _ previous: Int?, _ metadata: EventMetadata, _ verdict: Verdict, _ topic: Topic,
        _ position: LogPosition, _ resource: Int64, _ counters: Counters, _ document: () -> [UInt8]?
    ) {
        let reason = verdict.voidReason
        let decision = CommandRow(
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

    var changedProducts: [ProductRow] {
        products.compactMap { slot in
            guard let product = slot.product, let position = slot.changed else { return nil }
            return ProductRow(product: product, position: position)
        }
    }

    var changedUsers: [UserRow] {
        userPositions.compactMap { id, position in users[id].map { UserRow(user: $0, position: position) } }
    }
}
