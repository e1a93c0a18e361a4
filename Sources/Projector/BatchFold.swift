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
    private(set) var decided: [Batch.DecidedCommand] = []
    private(set) var voided = 0

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
        guard isFirst(recorded.metadata.command) else { return voided += 1 }
        let verdict = Product.evolve(&products[id], recorded)
        if verdict == .accepted { productPositions[id] = recorded.position } else { voided += 1 }
        decide(
            recorded.metadata.command, .products, recorded.position, id.value, products[id]?.version ?? 0, verdict)
    }

    mutating func fold(_ recorded: Recorded<UserEvent>) {
        let id = recorded.event.userID
        guard isFirst(recorded.metadata.command) else { return voided += 1 }
        let verdict = User.evolve(&users[id], recorded)
        if verdict == .accepted { userPositions[id] = recorded.position } else { voided += 1 }
        decide(recorded.metadata.command, .users, recorded.position, id.value, users[id] == nil ? 0 : 1, verdict)
    }

    /// Whether no earlier event carried the command: a second one is void, and leaves the first one's verdict alone.
    private mutating func isFirst(_ command: CommandID?) -> Bool {
        command.map { ledger.insert($0).inserted } ?? true
    }

    private mutating func decide(
        _ command: CommandID?, _ topic: Topic, _ position: LogPosition, _ resource: Int64, _ version: Int64,
        _ verdict: Verdict
    ) {
        guard let command else { return }
        let reason: VoidReason? = if case .voided(let reason) = verdict { reason } else { nil }
        decided.append(
            .init(
                id: command, topic: topic, position: position, resource: resource, version: version,
                voidReason: reason))
    }

    var changedProducts: [Batch.ChangedProduct] {
        productPositions.compactMap { id, position in
            products[id].map { Batch.ChangedProduct(product: $0, position: position) }
        }
    }

    var changedUsers: [Batch.ChangedUser] {
        userPositions.compactMap { id, position in users[id].map { Batch.ChangedUser(user: $0, position: position) } }
    }
}
