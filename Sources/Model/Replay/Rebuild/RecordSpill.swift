import EventLog
import Glibc
package import Kafka

/// The records of a log, sorted into buckets that can be folded one by one in little memory: the records of one entity
/// are in one bucket, in their order.
///
/// A key in a partition names an entity. Entities of a partition that share a command, which takes effect only once,
/// belong together: they have a bucket of their own, in the order of topic, partition and offset.
package final class RecordSpill: @unchecked Sendable {
    // `@unchecked`: the task that fills it hands it to the task that folds it; they never share it.
    /// The approximate size of the records of one bucket.
    private static let bucketBytes = 3 << 20
    private static let typicalRecord = 700
    private static let memory = 16 << 20
    private static let commandBuckets = 256
    private static let commandMemory = 4 << 20

    private let records: Spill
    private let commands: Spill
    private let topics = Topic.allCases.map(\.name)
    private var shared: Set<UInt64> = []
    package private(set) var count = 0

    /// Makes buckets for about `count` records.
    package convenience init(expecting count: Int64) {
        let buckets = Int(clamping: count) / (Self.bucketBytes / Self.typicalRecord) + 1
        self.init(buckets: min(buckets, 8192), memory: Self.memory, commandMemory: Self.commandMemory)
    }

    /// `memory` and `commandMemory` are the bytes of the records, and of the list of their commands, that stay in
    /// memory.
    package init(buckets: Int, memory: Int, commandMemory: Int) {
        records = Spill(buckets: buckets, limit: memory)
        commands = Spill(buckets: Self.commandBuckets, limit: commandMemory)
    }

    /// Removes all records; the memory and the files are used again for the next ones.
    package func removeAll() {
        records.removeAll()
        commands.removeAll()
        shared.removeAll()
        count = 0
    }

    package func add(_ record: KafkaRecord) throws(Spill.Failed) {
        guard let topic = topics.firstIndex(of: record.topicPartition.topic) else { return }
        count += 1
        let entity = Self.entity(record)
        try records.append(to: Int(entity % UInt64(records.bucketCount))) {
            PackedRecord.append(record, topic, to: &$0)
        }
        guard let hash = Self.command(record) else { return }
        try commands.append(to: Int(hash % UInt64(Self.commandBuckets))) { bytes in
            withUnsafeBytes(of: hash) { bytes += $0 }
            withUnsafeBytes(of: entity) { bytes += $0 }
        }
    }

    /// The hash of the command that led to the event, in its partition.
    private static func command(_ record: KafkaRecord) -> UInt64? {
        record.withUnpacked { unpacked in
            var hash: UInt64?
            unpacked.forEachHeader { name, value in
                guard name.count == commandHeader.utf8CodeUnitCount, let start = name.baseAddress, let value,
                    memcmp(start, commandHeader.utf8Start, name.count) == 0
                else { return }
                var hasher = Hasher()
                hasher.combine(record.topicPartition.topic.utf8.count)
                hasher.combine(record.topicPartition.partition)
                hasher.combine(bytes: value)
                hash = UInt64(bitPattern: Int64(hasher.finalize()))
            }
            return hash
        }
    }

    private static let commandHeader: StaticString = "ce_commandid"

    /// The hash of the entity. A collision puts two entities together, which does no harm.
    private static func entity(_ record: KafkaRecord) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(record.topicPartition.topic.utf8.count)
        hasher.combine(record.topicPartition.partition)
        record.withUnpacked { if let key = $0.key { hasher.combine(bytes: key) } }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Calls `body` with the records of each bucket, after all records have been added. It can be called again.
    package func forEach(_ body: ([KafkaRecord]) async throws -> Void) async throws {
        try findShared()
        var together: [KafkaRecord] = []
        for bucket in 0..<records.bucketCount {
            var alone: [KafkaRecord] = []
            try records.withBytes(of: bucket) { bytes in
                PackedRecord.forEach(in: bytes, topics) { record in
                    if !shared.isEmpty, shared.contains(Self.entity(record)) {
                        together.append(record)
                    } else {
                        alone.append(record)
                    }
                }
            }
            if !alone.isEmpty { try await body(alone) }
        }
        guard !together.isEmpty else { return }
        try await body(together.sorted { ($0.topicPartition, $0.offset) < ($1.topicPartition, $1.offset) })
    }

    private func findShared() throws(Spill.Failed) {
        guard shared.isEmpty else { return }
        for bucket in 0..<Self.commandBuckets {
            var first: [UInt64: UInt64] = [:]
            try commands.withBytes(of: bucket) { bytes in
                for place in stride(from: 0, to: bytes.count, by: 16) {
                    let command = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                    let entity = bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self)
                    if let other = first.updateValue(entity, forKey: command), other != entity {
                        shared.insert(entity)
                        shared.insert(other)
                    }
                }
            }
        }
    }
}
