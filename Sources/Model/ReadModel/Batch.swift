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

    package let records: [KafkaRecord]
    /// Of each record.
    private let items: [Item]
    package private(set) var changes = Changes()
    /// Records that were passed over: of a type that this version does not know, or discarded by an operator.
    package private(set) var skipped = 0
    package private(set) var voided = 0

    /// `counts`: of the log's partitions, each of which is folded without a look at the others. `poison`: why the
    /// records, whatever they are, are to be quarantined.
    package init(_ records: [KafkaRecord], of counts: PartitionCounts, poison: String? = nil) {
        self.records = records
        items = records.map { record in
            if let poison { return .poison(poison) }
            do throws(EventFault) {
                let event = try LogRecord(record)
                // One entity in two partitions would be what their readers' speed makes of it.
                guard event.isAtHome(in: counts) else { return .poison("it is in another partition than its id's") }
                return .event(event)
            } catch {
                if case .unknownType = error { return .skipped(error) }
                return .poison("\(error)")
            }
        }
    }

    /// What the fold has to know before it starts.
    package var wanted: Wanted {
        var wanted = Wanted()
        for (index, record) in records.enumerated() {
            wanted.keys.insert(Key(record))
            wanted.extend(to: record)
            guard case .event(let event) = items[index] else { continue }
            switch event {
            case .product(let recorded):
                wanted.products.insert(recorded.event.productID)
            case .user(let recorded):
                wanted.users.insert(recorded.event.userID)
            }
            if let command = event.command { wanted.commands.insert(Command(record.topicPartition, command)) }
        }
        return wanted
    }

    /// Folds every record, in the order of the log.
    package mutating func fold(_ known: Known) {
        var fold = BatchFold(known, expecting: records.count)
        for index in records.indices {
            if !known.discarded.isEmpty, known.discarded.contains(Position(records[index])) {
                skipped += 1
                continue
            }
            // What follows a record that could not be folded waits behind it.
            if fold.hasQuarantine, fold.isQuarantined(Key(records[index])) {
                if case .skipped = items[index] {
                    skipped += 1
                } else {
                    changes.quarantined.append(
                        .init(record: records[index], reason: "behind a quarantined record"))
                }
                continue
            }
            switch items[index] {
            case .event(.product(let recorded)): fold.fold(recorded)
            case .event(.user(let recorded)): fold.fold(recorded)
            case .skipped: skipped += 1
            case .poison(let reason):
                fold.quarantine(Key(records[index]))
                changes.quarantined.append(.init(record: records[index], reason: reason))
            }
        }
        for record in records {
            let next = record.offset + 1
            if changes.checkpoints[record.topicPartition, default: 0] < next {
                changes.checkpoints[record.topicPartition] = next
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
        package let partition: TopicPartition
        package let key: String

        init(_ record: KafkaRecord) { self.init(record.topicPartition, record.keyText) }

        package init(_ partition: TopicPartition, _ key: String) {
            self.partition = partition
            self.key = key
        }
    }

    /// A command takes effect once in its partition: writers see to it that all its events are in one.
    package struct Command: Hashable {
        private let isOfUsers: Bool
        private let partition: Int32
        package let id: CommandID

        package init(_ topic: Topic, _ partition: Int32, _ id: CommandID) {
            isOfUsers = topic == .users
            self.partition = partition
            self.id = id
        }

        package init(_ partition: TopicPartition, _ id: CommandID) {
            isOfUsers = partition.topic == Topic.users.name
            self.partition = partition.partition
            self.id = id
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
        package fileprivate(set) var products: Set<ProductID> = []
        package fileprivate(set) var users: Set<UserID> = []
        package fileprivate(set) var commands: Set<Command> = []
        package fileprivate(set) var keys: Set<Key> = []
        /// The places of the batch in the log.
        package fileprivate(set) var ranges: [TopicPartition: ClosedRange<Int64>] = [:]

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
        package var commands: Set<Command> = []
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
