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
        let result: Result<ListedTopics, KafkaError> = await withCheckedContinuation { continuation in
            // librdkafka has no call for this that does not block.
            onThread(named: "kafka-metadata") { continuation.resume(returning: client.listedTopics(timeout: limit)) }
        }
        let listed = try result.get()
        return topics.map { name in
            let count = listed.partitionCounts[name]
            return TopicMetadata(
                name: name, exists: count != nil, partitionCount: count ?? 0,
                topicID: count.flatMap { _ in listed.clusterID })
        }
    }
}

/// The topics of a cluster that have no error.
private struct ListedTopics: Sendable {
    let partitionCounts: [String: Int]
    let clusterID: String?
}

extension Client {
    /// Returns every topic that has no error. Blocks.
    fileprivate func listedTopics(timeout: Int32) -> Result<ListedTopics, KafkaError> {
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
        // "The returned pointer must be freed by the application": rd_kafka_clusterid in rdkafka.h.
        let id = rd_kafka_clusterid(handle, timeout)
        defer { if let id { rd_kafka_mem_free(handle, id) } }
        return .success(ListedTopics(partitionCounts: counts, clusterID: id.map { String(cString: $0) }))
    }
}
