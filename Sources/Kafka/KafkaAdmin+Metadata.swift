import CRdkafka
import EventLoop

extension KafkaAdmin {
    /// The embedded broker's topics. All are asked for: asking it for one by name would create it.
    func listedMetadata(_ topics: [String]) async throws(KafkaError) -> [TopicMetadata] {
        let client = try slot.get("rd_kafka_metadata")
        let limit = Int32(clamping: timeout.wholeMilliseconds)
        let result: Result<[String: Int], KafkaError> = await withCheckedContinuation { continuation in
            // librdkafka has no other way than to block.
            onThread(named: "kafka-metadata") { continuation.resume(returning: client.partitionCounts(timeout: limit)) }
        }
        let counts = try result.get()
        return topics.map {
            TopicMetadata(name: $0, exists: counts[$0] != nil, partitionCount: counts[$0] ?? 0, topicID: nil)
        }
    }
}

extension Client {
    /// Of every topic that has no error, the number of its partitions. Blocks.
    fileprivate func partitionCounts(timeout: Int32) -> Result<[String: Int], KafkaError> {
        var metadata: UnsafePointer<rd_kafka_metadata_t>?
        let status = rd_kafka_metadata(handle, 1, nil, &metadata, timeout)
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else {
            return .failure(KafkaError(call: "rd_kafka_metadata", status))
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        var counts: [String: Int] = [:]
        for topic in UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        where topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            counts[String(cString: topic.topic)] = Int(topic.partition_cnt)
        }
        return .success(counts)
    }
}
