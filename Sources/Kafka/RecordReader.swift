import CRdkafka

/// Copies messages of librdkafka's out of C.
struct RecordReader {
    // Most neighbours in a batch are of one topic: its name is made once.
    private var topic: (raw: OpaquePointer, name: String)?

    /// None for a message that belongs to no topic.
    mutating func topicPartition(_ message: UnsafePointer<rd_kafka_message_t>) -> TopicPartition? {
        guard let raw = message.pointee.rkt else { return nil }
        if topic?.raw != raw { topic = (raw, String(cString: rd_kafka_topic_name(raw))) }
        return topic.map { TopicPartition(topic: $0.name, partition: message.pointee.partition) }
    }

    mutating func record(_ message: UnsafePointer<rd_kafka_message_t>) throws(KafkaError) -> KafkaRecord? {
        guard let topicPartition = topicPartition(message) else { return nil }
        return KafkaRecord(
            topicPartition: topicPartition, offset: message.pointee.offset,
            timestamp: rd_kafka_message_timestamp(message, nil),
            key: bytes(message.pointee.key, message.pointee.key_len),
            value: bytes(message.pointee.payload, message.pointee.len),
            headers: try headers(message))
    }

    private func headers(_ message: UnsafePointer<rd_kafka_message_t>) throws(KafkaError) -> [KafkaHeader] {
        var list: OpaquePointer?
        let status = rd_kafka_message_headers(message, &list)
        guard status != RD_KAFKA_RESP_ERR__NOENT else { return [] }
        try KafkaError.check("rd_kafka_message_headers", status)
        guard let list else { return [] }
        var headers: [KafkaHeader] = []
        headers.reserveCapacity(rd_kafka_header_cnt(list))
        var (name, value, size) = (UnsafePointer<CChar>?.none, UnsafeRawPointer?.none, 0)
        while let cName = next(list, headers.count, &name, &value, &size) {
            headers.append(KafkaHeader(name: String(cString: cName), value: bytes(value, size)))
        }
        return headers
    }

    private func next(
        _ list: OpaquePointer, _ index: Int, _ name: inout UnsafePointer<CChar>?, _ value: inout UnsafeRawPointer?,
        _ size: inout Int
    ) -> UnsafePointer<CChar>? {
        rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR ? name : nil
    }

    private func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }

    private func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        bytes(UnsafeRawPointer(start), count)
    }
}
