import Kafka

/// A record of the log as bytes of our own, for a file that lives as long as the process.
enum PackedRecord {
    static func append(_ record: KafkaRecord, _ topic: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        put(UInt32(0), &bytes)
        put(UInt8(truncatingIfNeeded: topic), &bytes)
        put(record.topicPartition.partition, &bytes)
        put(record.offset, &bytes)
        put(record.timestamp, &bytes)
        put(record.key, &bytes)
        put(record.value, &bytes)
        put(UInt16(truncatingIfNeeded: record.headers.count), &bytes)
        for header in record.headers {
            put(UInt16(truncatingIfNeeded: header.name.utf8.count), &bytes)
            bytes += header.name.utf8
            put(header.value, &bytes)
        }
        withUnsafeBytes(of: UInt32(bytes.count - start)) { length in
            for index in 0..<4 { bytes[start + index] = length[index] }
        }
    }

    private static func put(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value) { bytes += $0 }
    }

    private static func put(_ value: [UInt8]?, _ bytes: inout [UInt8]) {
        put(Int32(truncatingIfNeeded: value?.count ?? -1), &bytes)
        if let value { bytes += value }
    }

    /// Of bytes that `append` made, and no others.
    static func forEach(in bytes: [UInt8], _ topics: [String], _ body: (KafkaRecord) throws -> Void) rethrows {
        try bytes.withUnsafeBytes { bytes in
            var reader = Reader(bytes: bytes)
            while !reader.isAtEnd {
                _ = reader.integer(UInt32.self)
                let topic = topics[Int(reader.integer(UInt8.self))]
                let partition = TopicPartition(topic: topic, partition: reader.integer(Int32.self))
                let offset = reader.integer(Int64.self)
                let timestamp = reader.integer(Int64.self)
                let key = reader.data()
                let value = reader.data()
                let headers = (0..<reader.integer(UInt16.self)).map { _ in
                    KafkaHeader(name: reader.text(), value: reader.data())
                }
                try body(
                    KafkaRecord(
                        topicPartition: partition, offset: offset, timestamp: timestamp, key: key, value: value,
                        headers: headers))
            }
        }
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var place = 0

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { place >= bytes.count }

        mutating func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value {
            defer { place += MemoryLayout<Value>.size }
            return bytes.loadUnaligned(fromByteOffset: place, as: Value.self)
        }

        mutating func data() -> [UInt8]? {
            let count = Int(integer(Int32.self))
            return count < 0 ? nil : take(count)
        }

        mutating func text() -> String {
            let count = Int(integer(UInt16.self))
            defer { place += count }
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[place..<place + count]), as: UTF8.self)
        }

        private mutating func take(_ count: Int) -> [UInt8] {
            defer { place += count }
            return Array(UnsafeRawBufferPointer(rebasing: bytes[place..<place + count]))
        }
    }
}
