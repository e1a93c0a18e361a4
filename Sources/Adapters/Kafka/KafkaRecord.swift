/// A record of the log. Its key, value and headers are kept in one piece of memory.
package struct KafkaRecord: Sendable, Equatable {
    package let topicPartition: TopicPartition
    package let offset: Int64
    /// Milliseconds since 1970, or -1 if the record has no timestamp.
    package let timestamp: Int64
    /// Key, value and headers as `RecordPacker` packs them, for callers that keep records as bytes.
    package let packed: [UInt8]

    package init(topicPartition: TopicPartition, offset: Int64, timestamp: Int64, packed: [UInt8]) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestamp = timestamp
        self.packed = packed
    }

    package init(
        topicPartition: TopicPartition, offset: Int64, timestamp: Int64, key: [UInt8]?, value: [UInt8]?,
        headers: [KafkaHeader]
    ) {
        var packer = RecordPacker()
        key.withBytes { packer.add($0) }
        value.withBytes { packer.add($0) }
        for header in headers {
            Array(header.name.utf8).withUnsafeBytes { packer.add($0) }
            header.value.withBytes { packer.add($0) }
        }
        self.init(topicPartition: topicPartition, offset: offset, timestamp: timestamp, packed: packer.bytes)
    }

    package var key: [UInt8]? { withUnpacked { $0.key.map { Array($0) } } }

    /// Nil for a tombstone.
    package var value: [UInt8]? { withUnpacked { $0.value.map { Array($0) } } }

    package var headers: [KafkaHeader] {
        withUnpacked { unpacked in
            var headers: [KafkaHeader] = []
            unpacked.forEachHeader { name, value in
                headers.append(KafkaHeader(name: String(decoding: name, as: UTF8.self), value: value.map { Array($0) }))
            }
            return headers
        }
    }

    /// Calls `body` with the record's parts, which are valid until `body` returns.
    package func withUnpacked<Value, Failure: Error>(
        _ body: (UnpackedRecord) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let result: Result<Value, Failure> = packed.withUnsafeBytes { bytes in
            do throws(Failure) {
                return .success(try body(UnpackedRecord(bytes)))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Packs a record's key and value, and the name and value of each header, one after the other. Each piece follows its
/// length, which is -1 for a piece that is nil.
struct RecordPacker {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func add(_ piece: UnsafeRawBufferPointer?) {
        withUnsafeBytes(of: Int32(truncatingIfNeeded: piece?.count ?? -1)) { bytes.append(contentsOf: $0) }
        if let piece { bytes.append(contentsOf: piece) }
    }
}

/// Views of the parts of a packed record.
package struct UnpackedRecord {
    package let key: UnsafeRawBufferPointer?
    package let value: UnsafeRawBufferPointer?
    private let headers: UnsafeRawBufferPointer

    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        key = Self.piece(&rest)
        value = Self.piece(&rest)
        headers = rest
    }

    /// Calls `body` with each header's name and value, in order.
    package func forEachHeader<Failure: Error>(
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = headers
        while !rest.isEmpty {
            guard let name = Self.piece(&rest) else { return }
            try body(name, Self.piece(&rest))
        }
    }

    /// Takes the next piece from `rest`. Nil when the bytes are truncated.
    private static func piece(_ rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard rest.count >= 4 else {
            rest = UnsafeRawBufferPointer(start: nil, count: 0)
            return nil
        }
        let count = Int(rest.loadUnaligned(as: Int32.self))
        let length = min(max(count, 0), rest.count - 4)
        let piece = UnsafeRawBufferPointer(rebasing: rest[4..<4 + length])
        rest = UnsafeRawBufferPointer(rebasing: rest[(4 + length)...])
        return count < 0 ? nil : piece
    }
}

extension [UInt8]? {
    fileprivate func withBytes(_ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let self else { return body(nil) }
        self.withUnsafeBytes { body($0) }
    }
}
