import Base
import CRdkafka
import EventLoop

extension KafkaAdmin {
    /// Returns what Kafka knows about each of these topics, including those that do not exist.
    package func metadata(_ topics: [String]) async throws(KafkaError) -> [TopicMetadata] {
        guard !topics.isEmpty else { return [] }
        guard !isEmbeddedBroker else { return try await listedMetadata(topics) }
        let call = "rd_kafka_DescribeTopics"
        let client = try slot.get(call)
        let event = try await request(call, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, client) { options, queue in
            let collection = withCStrings(topics) { rd_kafka_TopicCollection_of_topic_names($0, topics.count) }
            defer { rd_kafka_TopicCollection_destroy(collection) }
            rd_kafka_DescribeTopics(client.handle, collection, options, queue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        var count = 0
        let found = rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event.raw), &count)
        var metadata: [TopicMetadata] = []
        for topic in UnsafeBufferPointer(start: found, count: count) {
            guard let topic else { continue }
            metadata.append(try described(topic, call))
        }
        return metadata
    }

    private func described(_ topic: OpaquePointer, _ call: String) throws(KafkaError) -> TopicMetadata {
        let name = rd_kafka_TopicDescription_name(topic).map { String(cString: $0) } ?? ""
        let status = rd_kafka_error_code(rd_kafka_TopicDescription_error(topic))
        guard status != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART else {
            return TopicMetadata(name: name, exists: false, partitionCount: 0, topicID: nil)
        }
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(call: call, status, text: "\(name): \(String(cString: rd_kafka_err2str(status)))")
        }
        var partitions = 0
        _ = rd_kafka_TopicDescription_partitions(topic, &partitions)
        let id = rd_kafka_TopicDescription_topic_id(topic).flatMap { rd_kafka_Uuid_base64str($0) }
        return TopicMetadata(
            name: name, exists: true, partitionCount: partitions, topicID: id.map { String(cString: $0) })
    }

    /// Returns the embedded broker's topics. The request is for all topics, because a request for one by its name would
    /// create it.
    private func listedMetadata(_ topics: [String]) async throws(KafkaError) -> [TopicMetadata] {
        let client = try slot.get("rd_kafka_metadata")
        let limit = Int32(clamping: timeout.wholeMilliseconds)
        let result: Result<[String: Int], KafkaError> = await withCheckedContinuation { continuation in
            // librdkafka has no call for this that does not block.
            onThread(named: "kafka-metadata") { continuation.resume(returning: client.partitionCounts(timeout: limit)) }
        }
        let counts = try result.get()
        return topics.map {
            TopicMetadata(name: $0, exists: counts[$0] != nil, partitionCount: counts[$0] ?? 0, topicID: nil)
        }
    }
}

extension Client {
    /// Returns the partition count of every topic that has no error. Blocks.
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
