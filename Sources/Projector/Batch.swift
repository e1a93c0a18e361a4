import EventLog
import Events
import Kafka

/// A batch of records on its way through the fold: what it needs to know, and what it changes.
struct Batch {
    /// A record and what it says, or why it says nothing.
    private enum Item {
        case event(LogRecord)
        case skipped(EventFault)
        case poison(String)
    }

    private let items: [(record: KafkaRecord, item: Item)]
    private(set) var changes = Changes()
    /// Records that were passed over: events of a type that this version does not know.
    private(set) var skipped = 0
    private(set) var voided = 0

    init(_ records: [KafkaRecord], poison: String?) {
        items = records.map { record in
            if let poison { return (record, .poison(poison)) }
            do throws(EventFault) {
                return (record, .event(try LogRecord(record)))
            } catch {
                if case .unknownType = error { return (record, .skipped(error)) }
                return (record, .poison("\(error)"))
            }
        }
    }

    var records: [KafkaRecord] { items.map(\.record) }

    /// What the fold has to know before it starts.
    var wanted: Wanted {
        var wanted = Wanted()
        for (record, item) in items {
            wanted.keys.insert(Key(record))
            guard case .event(let event) = item else { continue }
            switch event {
            case .product(let recorded):
                wanted.products.insert(recorded.event.productID)
                if let command = recorded.metadata.command { wanted.commands.insert(command) }
            case .user(let recorded):
                wanted.users.insert(recorded.event.userID)
                if let command = recorded.metadata.command { wanted.commands.insert(command) }
            }
        }
        return wanted
    }

    /// Folds every record, in the order of the log.
    mutating func fold(_ known: Known) {
        var fold = BatchFold(known)
        for (record, item) in items {
            changes.checkpoints[record.topicPartition] = record.offset + 1
            let key = Key(record)
            switch item {
            // What follows a record that could not be folded waits behind it.
            case .event, .poison:
                if fold.isQuarantined(key) {
                    changes.quarantined.append(.init(record: record, reason: "behind a quarantined record"))
                    continue
                }
            case .skipped:
                break
            }
            switch item {
            case .event(.product(let recorded)): fold.fold(recorded)
            case .event(.user(let recorded)): fold.fold(recorded)
            case .skipped: skipped += 1
            case .poison(let reason):
                fold.quarantine(key)
                changes.quarantined.append(.init(record: record, reason: reason))
            }
        }
        changes.products = fold.changedProducts
        changes.productChanges = fold.productChanges
        changes.users = fold.changedUsers
        changes.commands = fold.decisions
        voided = fold.voided
    }
}

extension Batch {
    /// What a record is about: records of one key never overtake one another.
    struct Key: Hashable {
        let topic: String
        let key: String

        init(_ record: KafkaRecord) {
            topic = record.topicPartition.topic
            key = record.keyText
        }

        init(topic: String, key: String) {
            self.topic = topic
            self.key = key
        }
    }

    struct Wanted {
        var products: Set<ProductID> = []
        var users: Set<UserID> = []
        var commands: Set<CommandID> = []
        var keys: Set<Key> = []
    }

    /// The state of the read model, as far as the batch concerns it.
    struct Known {
        var products: [ProductID: Product] = [:]
        var users: [UserID: User] = [:]
        /// Those that took effect.
        var commands: Set<CommandID> = []
        var quarantined: Set<Key> = []
    }

    /// What the batch does to the read model.
    struct Changes {
        var products: [ChangedProduct] = []
        /// Every event that changed a product, in the order of the log.
        var productChanges: [ProductChange] = []
        var users: [ChangedUser] = []
        var commands: [DecidedCommand] = []
        var quarantined: [QuarantinedRecord] = []
        /// The next offset of each partition.
        var checkpoints: [TopicPartition: Int64] = [:]
    }

    struct ChangedProduct {
        let product: Product
        /// Of the last event that took effect.
        let position: LogPosition
    }

    struct ProductChange {
        let product: ProductID
        let offset: Int64
        let version: Int64
        let mediaRevision: Int64
    }

    struct ChangedUser {
        let user: User
        let position: LogPosition
    }

    struct DecidedCommand {
        let id: CommandID
        let event: EventID
        let topic: Topic
        let position: LogPosition
        let resource: Int64
        let version: Int64
        let mediaRevision: Int64
        let voidReason: VoidReason?
        let idempotency: IdempotencyMark?
        /// What a request is answered with that comes again; nil where none can, or the resource is gone.
        let document: [UInt8]?
    }

    struct QuarantinedRecord {
        let record: KafkaRecord
        let reason: String
    }
}
