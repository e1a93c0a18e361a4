package import EventLog
package import Events
package import Kafka
import Postgres
package import ReadModel
package import Replay

/// A read model in memory, which loads and commits as the statements of `ReadModel` do.
package struct MemoryReadModel {
    private let counts: PartitionCounts
    private let discarded: Set<RecordPosition>
    private var products: [ProductID: ProductRow] = [:]
    private var users: [UserID: UserRow] = [:]
    private var events: [RecordPosition: ProductEventRow] = [:]
    private var commands: [CommandKey: CommandRow] = [:]
    private var quarantinedKeys: Set<EntityKey> = []
    private var checkpoints: [TopicPartition: Int64] = [:]
    package private(set) var quarantined: Set<RecordPosition> = []
    /// The number of rows that a key of the tables, or a column that no update sets, does not allow.
    package private(set) var conflicts = 0

    package init(of counts: PartitionCounts, discarded: Set<RecordPosition> = []) {
        self.counts = counts
        self.discarded = discarded
    }

    /// Does the same as `ReadModel.project`: skips records that are folded already.
    package mutating func project(_ records: [KafkaRecord]) throws {
        let fresh = records.filter { $0.offset >= checkpoints[$0.topicPartition, default: 0] }
        guard !fresh.isEmpty else { return }
        var batch = Batch(fresh, of: counts)
        batch.fold(try load(batch.required))
        commit(batch.changes)
    }

    private func load(_ required: RequiredState) throws -> LoadedState {
        var known = LoadedState()
        for id in required.products {
            guard var product = products[id]?.product else { continue }
            // A row stores the images as JSON.
            product.images = try ProductImage.images(fromJSON: ProductImage.json(product.images))
            known.products[id] = product
        }
        for id in required.users { known.users[id] = users[id]?.user }
        for command in required.commands {
            if let decided = commands[command], decided.voidReason == nil { known.commands.insert(command) }
        }
        known.quarantined = required.entities.intersection(quarantinedKeys)
        known.discarded = discarded.filter { required.ranges[$0.partition]?.contains($0.offset) ?? false }
        return known
    }

    private mutating func commit(_ changes: ReadModelChanges) {
        for changed in changes.products {
            if let old = products.updateValue(changed, forKey: changed.product.id) {
                let isKept =
                    old.product.userID == changed.product.userID
                    && old.product.createdAt == changed.product.createdAt
                    && old.position.partition == changed.position.partition
                conflicts += isKept ? 0 : 1
            }
        }
        for changed in changes.users {
            if let old = users.updateValue(changed, forKey: changed.user.id) {
                conflicts += old.user.createdAt == changed.user.createdAt ? 0 : 1
            }
        }
        for event in changes.productEvents {
            let partition = TopicPartition(topic: Topic.products.name, partition: event.position.partition)
            let position = RecordPosition(partition, event.position.offset)
            if events.updateValue(event, forKey: position) != nil { conflicts += 1 }
        }
        for decided in changes.commands {
            let partition = TopicPartition(topic: decided.topic.name, partition: decided.position.partition)
            let command = CommandKey(partition, decided.id)
            if let old = commands[command], old.voidReason == nil { continue }
            commands[command] = decided
        }
        for entry in changes.quarantined {
            quarantined.insert(RecordPosition(entry.record.topicPartition, entry.record.offset))
            quarantinedKeys.insert(EntityKey(entry.record.topicPartition, entry.record.keyText))
        }
        checkpoints.merge(changes.checkpoints) { $1 }
    }

    package var root: StateRoot {
        var root = StateRoot()
        for user in users.values { root.add(.users) { $0.append(user) } }
        for product in products.values { root.add(.products) { $0.append(product) } }
        for event in events.values { root.add(.productEvents) { $0.append(event) } }
        for command in commands.values { root.add(.commands) { $0.append(command) } }
        return root
    }

    /// The products as clients see them, by id.
    package var documents: [Int64: String] {
        var documents: [Int64: String] = [:]
        for (id, changed) in products where !changed.product.isDeleted {
            documents[id.value] = String(decoding: ProductDocument(changed.product).json, as: UTF8.self)
        }
        return documents
    }

    /// The verdicts on the products' events.
    package var voidReasons: Set<VoidReason> { Set(events.values.compactMap(\.voidReason)) }
}

extension StateRoot {
    /// A row that `append` writes.
    mutating func add(_ table: ReadModelTable, _ append: (inout PostgresCopyRows) -> Void) {
        var rows = PostgresCopyRows()
        append(&rows)
        rows.bytes.withUnsafeBytes { _ = add($0, of: table) }
    }

    /// Adds the rows that a fold over an empty state produces.
    package mutating func add(_ changes: ReadModelChanges) {
        for user in changes.users { add(.users) { $0.append(user) } }
        for product in changes.products { add(.products) { $0.append(product) } }
        for event in changes.productEvents { add(.productEvents) { $0.append(event) } }
        for command in changes.commands { add(.commands) { $0.append(command) } }
    }

    /// The state roots by partition.
    package func roots(of partitions: some Sequence<TopicPartition>) -> [TopicPartition: String] {
        Dictionary(uniqueKeysWithValues: partitions.map { ($0, root(of: $0)) })
    }
}
