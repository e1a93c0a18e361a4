import CRdkafka

/// A list of partitions, each with an offset, as librdkafka keeps it.
struct PartitionList: ~Copyable {
    struct Element {
        let topicPartition: TopicPartition
        let offset: Int64
        let error: rd_kafka_resp_err_t
    }

    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        raw = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions { add(partition, offset) }
    }

    init(_ offsets: [TopicPartition: Int64]) {
        raw = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for (partition, offset) in offsets { add(partition, offset) }
    }

    init(topics: [String]) {
        raw = rd_kafka_topic_partition_list_new(Int32(topics.count))
        for topic in topics { add(TopicPartition(topic: topic, partition: -1), Int64(RD_KAFKA_OFFSET_INVALID)) }
    }

    deinit { rd_kafka_topic_partition_list_destroy(raw) }

    private func add(_ partition: TopicPartition, _ offset: Int64) {
        rd_kafka_topic_partition_list_add(raw, partition.topic, partition.partition).pointee.offset = offset
    }

    var elements: [Element] { Self.read(raw) }

    static func read(_ raw: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [Element] {
        UnsafeBufferPointer(start: raw.pointee.elems, count: Int(raw.pointee.cnt)).map(Element.init)
    }
}

extension PartitionList.Element {
    init(_ raw: rd_kafka_topic_partition_t) {
        self.init(
            topicPartition: TopicPartition(topic: String(cString: raw.topic), partition: raw.partition),
            offset: raw.offset, error: raw.err)
    }
}

extension PartitionList {
    /// Throws the error of the first partition that has one.
    borrowing func check(_ call: String) throws(KafkaError) { try Self.check(call, elements) }

    static func check(_ call: String, _ elements: [Element]) throws(KafkaError) {
        for element in elements where element.error != RD_KAFKA_RESP_ERR_NO_ERROR {
            let text = "\(element.topicPartition): \(String(cString: rd_kafka_err2str(element.error)))"
            throw KafkaError(call: call, element.error, text: text)
        }
    }
}
