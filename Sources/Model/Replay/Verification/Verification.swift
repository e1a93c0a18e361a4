import Cryptography
import EventLog
import Events
package import Kafka
import Postgres
package import ReadModel

/// Compares a generation with a fresh fold of the log up to the generation's checkpoints.
package struct Verification: Sendable {
    /// The greatest numbers of differing leaves whose rows are examined, and of entities that are named.
    private static let examinedLeaves = 64
    private static let namedEntities = 20

    package struct PartitionRoots: Sendable {
        package let partition: TopicPartition
        package let offset: Int64
        /// The root of the read model, and that of the log.
        package let readModel: String
        package let log: String

        package var isEqual: Bool { readModel == log }
    }

    package enum Kind: String, Sendable {
        case missing, unexpected, different
    }

    /// A row that differs from the row that the log makes.
    package struct Difference: Sendable, Hashable {
        package let table: ReadModelTable
        /// The id of the product or user.
        package let id: Int64
        package let partition: TopicPartition
        package let kind: Kind
    }

    package struct Report: Sendable {
        package let partitions: [PartitionRoots]
        /// The first differences.
        package let differences: [Difference]
        /// The events of the products that differ.
        package let events: [RecordPosition: Int64]
        /// The positions of records that are in quarantine on one side only.
        package let quarantine: [RecordPosition]
        package let rows: Int
        package let records: Int64

        package var isEqual: Bool { partitions.allSatisfy(\.isEqual) && quarantine.isEmpty }
    }

    private let snapshot: Snapshot
    private let fold: FreshFold

    /// `fold` must end at the checkpoints of the snapshot.
    package init(_ snapshot: Snapshot, _ fold: FreshFold) {
        self.snapshot = snapshot
        self.fold = fold
    }

    package func run() async throws -> Report {
        let found = try await snapshot.root()
        var expected = StateRoot()
        var rows = RowBuffer()
        let result = try await fold.run { changes in
            rows.forEach(changes) { table, row in expected.add(row, of: table) }
        }
        let leaves = found.differences(from: expected)
        var differences: [Difference] = []
        var events: [RecordPosition: Int64] = [:]
        if !leaves.isEmpty {
            (differences, events) = try await examine(Set(leaves.prefix(Self.examinedLeaves)))
        }
        let there = try await snapshot.quarantined()
        let wanted = Set(result.quarantined.map { RecordPosition($0.record.topicPartition, $0.record.offset) })
        // A row may claim a partition that the log does not have: it counts as a difference, too.
        let partitions = Set(fold.ends.keys).union(found.partitions)
        return Report(
            partitions: partitions.sorted().map { partition in
                PartitionRoots(
                    partition: partition, offset: fold.ends[partition] ?? 0, readModel: found.root(of: partition),
                    log: expected.root(of: partition))
            },
            differences: differences, events: events,
            quarantine: there.symmetricDifference(wanted).sorted {
                ($0.partition, $0.offset) < ($1.partition, $1.offset)
            },
            rows: found.rowCount, records: result.records)
    }

    /// Compares the rows of the leaves that differ.
    private func examine(
        _ leaves: Set<StateRoot.Leaf>
    ) async throws -> ([Difference], [RecordPosition: Int64]) {
        var found: [StateRoot.Leaf: [RowPlace: SIMD4<UInt64>]] = [:]
        var expected = found
        for table in ReadModelTable.allCases {
            try await snapshot.forEach(in: table) { row in Self.collect(row, table, leaves, &found) }
        }
        var rows = RowBuffer()
        _ = try await fold.run { changes in
            rows.forEach(changes) { table, row in Self.collect(row, table, leaves, &expected) }
        }
        var differences: Set<Difference> = []
        for leaf in leaves {
            let (mine, others) = (Self.byEntity(found[leaf] ?? [:]), Self.byEntity(expected[leaf] ?? [:]))
            for id in Set(mine.keys).union(others.keys) where mine[id] != others[id] {
                let kind: Kind = mine[id] == nil ? .missing : others[id] == nil ? .unexpected : .different
                differences.insert(Difference(table: leaf.table, id: id, partition: leaf.partition, kind: kind))
            }
        }
        let named = differences.sorted { ($0.id, $0.table.rawValue) < ($1.id, $1.table.rawValue) }.prefix(
            Self.namedEntities)
        return (Array(named), try await events(of: Set(named.filter { $0.table != .users }.map(\.id))))
    }

    private func events(of products: Set<Int64>) async throws -> [RecordPosition: Int64] {
        var events: [RecordPosition: Int64] = [:]
        _ = try await fold.run { changes in
            for event in changes.productEvents where products.contains(event.product.value) {
                let partition = TopicPartition(topic: Topic.products.name, partition: event.position.partition)
                events[RecordPosition(partition, event.position.offset)] = event.product.value
            }
        }
        return events
    }

    private static func collect(
        _ row: UnsafeRawBufferPointer, _ table: ReadModelTable, _ leaves: Set<StateRoot.Leaf>,
        _ rows: inout [StateRoot.Leaf: [RowPlace: SIMD4<UInt64>]]
    ) {
        guard let place = RowPlace(row, of: table) else { return }
        let leaf = StateRoot.Leaf(partition: place.partition, table: table, number: StateRoot.leaf(of: place.id))
        guard leaves.contains(leaf) else { return }
        // There is one row for a position, unless somebody has added another.
        rows[leaf, default: [:]][place, default: SIMD4()] &+= SHA256.words(row)
    }

    /// The digests of the rows of each entity, by their offsets.
    private static func byEntity(_ rows: [RowPlace: SIMD4<UInt64>]) -> [Int64: [Int64: SIMD4<UInt64>]] {
        var entities: [Int64: [Int64: SIMD4<UInt64>]] = [:]
        for (place, digest) in rows { entities[place.id, default: [:]][place.offset] = digest }
        return entities
    }
}

/// Gives the rows that a fold has changed in binary form, one at a time.
struct RowBuffer {
    private var rows = PostgresCopyRows()

    mutating func forEach(_ changes: ReadModelChanges, _ body: (ReadModelTable, UnsafeRawBufferPointer) -> Void) {
        for user in changes.users { give(.users, body) { $0.append(user) } }
        for product in changes.products { give(.products, body) { $0.append(product) } }
        for event in changes.productEvents { give(.productEvents, body) { $0.append(event) } }
        for command in changes.commands { give(.commands, body) { $0.append(command) } }
    }

    private mutating func give(
        _ table: ReadModelTable, _ body: (ReadModelTable, UnsafeRawBufferPointer) -> Void,
        _ append: (inout PostgresCopyRows) -> Void
    ) {
        append(&rows)
        rows.bytes.withUnsafeBytes { body(table, $0) }
        rows.removeAll()
    }
}
