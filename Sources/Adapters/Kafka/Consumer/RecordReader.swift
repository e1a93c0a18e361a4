import CRdkafka
import Glibc

/// Copies messages of librdkafka into Swift values.
struct RecordReader {
    // Neighbours in a batch are usually of one topic, so its name is converted once.
    private var topic: (raw: OpaquePointer, name: String)?

    /// Nil for a message that belongs to no topic.
    mutating func topicPartition(_ message: UnsafePointer<rd_kafka_message_t>) -> TopicPartition? {
        guard let raw = message.pointee.rkt else { return nil }
        if topic?.raw != raw { topic = (raw, String(cString: rd_kafka_topic_name(raw))) }
        return topic.map { TopicPartition(topic: $0.name, partition: message.pointee.partition) }
    }

    mutating func record(_ message: UnsafePointer<rd_kafka_message_t>) throws(KafkaError) -> KafkaRecord? {
        guard let topicPartition = topicPartition(message) else { return nil }
        // 512 bytes are enough for most records' headers.
        var packer = RecordPacker(capacity: message.pointee.key_len + message.pointee.len + 512)
        packer.add(piece(message.pointee.key, message.pointee.key_len))
        packer.add(piece(message.pointee.payload, message.pointee.len))
        try addHeaders(message, &packer)
        return KafkaRecord(
            topicPartition: topicPartition, offset: message.pointee.offset,
            timestamp: rd_kafka_message_timestamp(message, nil), packed: packer.bytes)
    }

    private func addHeaders(
        _ message: UnsafePointer<rd_kafka_message_t>, _ packer: inout RecordPacker
    ) throws(KafkaError) {
        var list: OpaquePointer?
        let status = rd_kafka_message_headers(message, &list)
        guard status != RD_KAFKA_RESP_ERR__NOENT else { return }
        try KafkaError.check("rd_kafka_message_headers", status)
        guard let list else { return }
        var (name, value, size) = (UnsafePointer<CChar>?.none, UnsafeRawPointer?.none, 0)
        var index = 0
        while rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let name {
            packer.add(UnsafeRawBufferPointer(start: name, count: strlen(name)))
            packer.add(piece(value, size))
            index += 1
        }
    }

    private func piece(_ start: UnsafeRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        start.map { UnsafeRawBufferPointer(start: $0, count: count) }
    }

    private func piece(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        piece(UnsafeRawPointer(start), count)
    }
}
