import EventLog
import Events
import Kafka

/// A batch of records on its way through the fold: what it needs to know, and what it changes.
package struct Batch {
    /// A record and what it says, or why it says nothing.
    private enum Item {
        case event(LogRecord)
        case skipped(EventFault)
        case poison(String)
    }

    private let items: [(record: KafkaRecord, item: Item)]
    package private(set) var changes = Changes()
    /// Records that were passed over: of a type that this version does not know, or discarded by an operator.
    package private(set) var skipped = 0
    package private(set) var voided = 0

    /// `poison`: why the records, whatever they are, are to be quarantined.
    package init(_ records: [KafkaRecord], poison: String? = nil) {
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

    package var records: [KafkaRecord] { items.map(\.record) }

    /// What the fold has to know before it starts.
    package var wanted: Wanted {
        var wanted = Wanted()
        for (record, item) in items {
            wanted.keys.insert(Key(record))
            wanted.extend(to: record)
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
    package mutating func fold(_ known: Known) {
        var fold = BatchFold(known)
        for (record, item) in items {
            changes.checkpoints[record.topicPartition] = record.offset + 1
            if known.discarded.contains(Position(record)) {
                skipped += 1
                continue
            }
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
        changes.productEvents = fold.productEvents
        changes.users = fold.changedUsers
        changes.commands = fold.decisions
        changes.newestProduct = fold.newestProduct
        changes.newestUser = fold.newestUser
        voided = fold.voided
    }
}

extension Batch {
    /// What a record is about: records of one key never overtake one another.
    package struct Key: Hashable {
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

    /// Where a record stands.
    package struct Position: Hashable, Sendable {
        package let partition: TopicPartition
        package let offset: Int64

        package init(_ partition: TopicPartition, _ offset: Int64) {
            self.partition = partition
            self.offset = offset
        }

        init(_ record: KafkaRecord) { self.init(record.topicPartition, record.offset) }
    }

    package struct Wanted {
        var products: Set<ProductID> = []
        var users: Set<UserID> = []
        var commands: Set<CommandID> = []
        var keys: Set<Key> = []
        /// The places of the batch in the log.
        var ranges: [TopicPartition: ClosedRange<Int64>] = [:]

        fileprivate mutating func extend(to record: KafkaRecord) {
            let range = ranges[record.topicPartition] ?? record.offset...record.offset
            ranges[record.topicPartition] = min(range.lowerBound, record.offset)...max(range.upperBound, record.offset)
        }
    }

    /// The state of the read model, as far as the batch concerns it.
    package struct Known {
        package var products: [ProductID: Product] = [:]
        package var users: [UserID: User] = [:]
        /// Those that took effect.
        package var commands: Set<CommandID> = []
        package var quarantined: Set<Key> = []
        /// Records that an operator has taken out of the fold.
        package var discarded: Set<Position> = []

        package init() {}
    }

    /// What the batch does to the read model.
    package struct Changes {
        package var products: [ChangedProduct] = []
        /// Every event of a product, in the order of the log.
        package var productEvents: [ProductEventVerdict] = []
        package var users: [ChangedUser] = []
        package var commands: [DecidedCommand] = []
        package var quarantined: [QuarantinedRecord] = []
        /// The next offset of each partition.
        package var checkpoints: [TopicPartition: Int64] = [:]
        /// The greatest ids that were created; 0 for none.
        package var newestProduct: Int64 = 0
        package var newestUser: Int64 = 0
    }

    package struct ChangedProduct {
        package let product: Product
        /// Of the last event that changed it.
        package let position: LogPosition
    }

    package struct ProductEventVerdict {
        package let product: ProductID
        package let position: LogPosition
        /// The product's counters after the event.
        package let version: Int64
        package let mediaRevision: Int64
        package let occurredAt: Timestamp
        package let isChange: Bool
        package let voidReason: VoidReason?
    }

    package struct ChangedUser {
        package let user: User
        package let position: LogPosition
    }

    package struct DecidedCommand {
        package let id: CommandID
        package let event: EventID
        package let topic: Topic
        package let position: LogPosition
        package let resource: Int64
        package let version: Int64
        package let mediaRevision: Int64
        package let voidReason: VoidReason?
        package let idempotency: IdempotencyMark?
        /// What a request is answered with that comes again; nil where none can, or the resource is gone.
        package let document: [UInt8]?
    }

    package struct QuarantinedRecord {
        package let record: KafkaRecord
        package let reason: String
    }
}
