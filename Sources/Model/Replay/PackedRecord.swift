import Kafka

/// The byte form of a record in a file that lives as long as the process: its position, and the packed rest.
enum PackedRecord {
    static func append(_ record: KafkaRecord, _ topic: Int, to bytes: inout [UInt8]) {
        put(UInt8(truncatingIfNeeded: topic), &bytes)
        put(record.topicPartition.partition, &bytes)
        put(record.offset, &bytes)
        put(record.timestamp, &bytes)
        put(UInt32(record.packed.count), &bytes)
        bytes += record.packed
    }

    private static func put(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value) { bytes += $0 }
    }

    /// Calls `body` with each record in `bytes`, which must be the work of `append`.
    static func forEach(in bytes: UnsafeRawBufferPointer, _ topics: [String], _ body: (KafkaRecord) throws -> Void)
        rethrows
    {
        var place = 0
        func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value {
            defer { place += MemoryLayout<Value>.size }
            return bytes.loadUnaligned(fromByteOffset: place, as: Value.self)
        }
        while place < bytes.count {
            let topic = topics[Int(integer(UInt8.self))]
            let partition = TopicPartition(topic: topic, partition: integer(Int32.self))
            let offset = integer(Int64.self)
            let timestamp = integer(Int64.self)
            let count = Int(integer(UInt32.self))
            let packed = Array(UnsafeRawBufferPointer(rebasing: bytes[place..<place + count]))
            place += count
            try body(KafkaRecord(topicPartition: partition, offset: offset, timestamp: timestamp, packed: packed))
        }
    }
}
