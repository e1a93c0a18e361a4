import Base
import Cryptography
import EventLog
import Events
package import Kafka
import Postgres
package import ReadModel

/// A digest of the read model that distinguishes two states: for each partition of the log, a hash over the rows that
/// its events made, in whatever order the rows are added.
///
/// A row is its binary form in COPY, which the server and `PostgresCopyRows` write alike. Each row's SHA-256 is added
/// (by words, modulo 2^64) to one of 256 leaves, chosen by the entity's id; the root is the SHA-256 over the leaves of
/// all tables. Where two roots differ, the leaves say which entities to look at.
package struct StateRoot: Sendable {
    package static let leavesOfEach = 256

    /// The rows of entities that are hashed together.
    package struct Leaf: Hashable, Sendable, Comparable {
        package let partition: TopicPartition
        package let table: ReadModelTable
        package let number: Int

        package static func < (left: Leaf, right: Leaf) -> Bool {
            (left.partition, left.table.rawValue, left.number) < (right.partition, right.table.rawValue, right.number)
        }
    }

    private struct Column: Hashable {
        let partition: TopicPartition
        let table: ReadModelTable
    }

    private struct Sum: Equatable {
        var words = SIMD4<UInt64>()
        var rows: UInt64 = 0
    }

    private var sums: [Column: [Sum]] = [:]
    package private(set) var rowCount = 0

    package init() {}

    /// Adds a row in binary form. Returns false when it is not a row of the table.
    @discardableResult
    package mutating func add(_ row: UnsafeRawBufferPointer, of table: ReadModelTable) -> Bool {
        guard let place = RowPlace(row, of: table) else { return false }
        let column = Column(partition: place.partition, table: table)
        let leaf = Self.leaf(of: place.id)
        sums[column, default: Self.noSums][leaf].words &+= SHA256.words(row)
        sums[column, default: Self.noSums][leaf].rows += 1
        rowCount += 1
        return true
    }

    private static let noSums = Array(repeating: Sum(), count: leavesOfEach)

    /// The number of the leaf for the rows of this entity.
    package static func leaf(of id: Int64) -> Int { Int(mix(id) % UInt64(leavesOfEach)) }

    /// Spreads neighbouring ids (the finalizer of SplitMix64).
    package static func mix(_ id: Int64) -> UInt64 {
        var bits = UInt64(bitPattern: id) &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    /// The root in hexadecimal, the same for the same rows. A partition without rows has a root as well.
    package func root(of partition: TopicPartition) -> String {
        var bytes: [UInt8] = []
        for table in ReadModelTable.allCases {
            for sum in sums[Column(partition: partition, table: table)] ?? [] {
                for index in 0..<4 { withUnsafeBytes(of: sum.words[index].littleEndian) { bytes += $0 } }
                withUnsafeBytes(of: sum.rows.littleEndian) { bytes += $0 }
            }
        }
        var words = bytes.withUnsafeBytes { SHA256.words($0) }
        return withUnsafeBytes(of: &words) { Hexadecimal.text($0) }
    }

    package var partitions: Set<TopicPartition> { Set(sums.keys.map(\.partition)) }

    /// The leaves that differ.
    package func differences(from other: StateRoot) -> [Leaf] {
        Set(sums.keys).union(other.sums.keys).flatMap { column in
            let mine = sums[column] ?? Self.noSums
            let others = other.sums[column] ?? Self.noSums
            return (0..<Self.leavesOfEach).filter { mine[$0] != others[$0] }
                .map { Leaf(partition: column.partition, table: column.table, number: $0) }
        }.sorted()
    }
}

/// The columns that a row in binary form begins with.
package struct RowPlace: Hashable, Sendable {
    /// The id of the entity.
    package let id: Int64
    package let partition: TopicPartition
    package let offset: Int64

    /// Nil for bytes that are not a row of the table.
    package init?(_ row: UnsafeRawBufferPointer, of table: ReadModelTable) {
        guard row.count >= 34 else { return nil }
        func integer<Value: FixedWidthInteger>(at place: Int, _: Value.Type) -> Value {
            Value(bigEndian: row.loadUnaligned(fromByteOffset: place, as: Value.self))
        }
        guard integer(at: 2, Int32.self) == 8, integer(at: 14, Int32.self) == 4, integer(at: 22, Int32.self) == 8
        else { return nil }
        id = integer(at: 6, Int64.self)
        offset = integer(at: 26, Int64.self)
        let topic: Topic
        switch table {
        case .users: topic = .users
        case .products, .productEvents: topic = .products
        case .commands:
            // Two more numbers precede the name of the topic.
            guard row.count >= 62 else { return nil }
            topic = Int(integer(at: 58, Int32.self)) == Topic.users.name.utf8.count ? .users : .products
        }
        partition = TopicPartition(topic: topic.name, partition: integer(at: 18, Int32.self))
    }
}
