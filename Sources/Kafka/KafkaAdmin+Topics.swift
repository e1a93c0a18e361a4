import CRdkafka

/// What became of a topic that was to be created.
package enum TopicCreation: Sendable {
    case created
    /// With whatever partitions and configuration it has.
    case alreadyExists
    case refused(KafkaError)
}

extension KafkaAdmin {
    /// What Kafka says of each of these topics, those that do not exist included.
    package func metadata(_ topics: [String]) async throws(KafkaError) -> [TopicMetadata] {
        guard !topics.isEmpty else { return [] }
        guard !isEmbeddedBroker else { return try await listedMetadata(topics) }
        let call = "rd_kafka_DescribeTopics"
        let client = try slot.get(call)
        let event = try await request(call, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, client) { options, queue in
            let names = CStrings(topics)
            var pointers = names.pointers
            let collection = rd_kafka_TopicCollection_of_topic_names(&pointers, pointers.count)
            defer { rd_kafka_TopicCollection_destroy(collection) }
            rd_kafka_DescribeTopics(client.handle, collection, options, queue)
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

    /// Creates the topics and says what became of each.
    package func createTopics(_ topics: [NewTopic]) async throws(KafkaError) -> [String: TopicCreation] {
        guard !topics.isEmpty else { return [:] }
        let call = "rd_kafka_CreateTopics"
        let client = try slot.get(call)
        var made: [OpaquePointer?] = []
        defer { rd_kafka_NewTopic_destroy_array(&made, made.count) }
        for topic in topics { made.append(try make(topic)) }
        let requested = NewTopics(pointers: made)
        let event = try await request(call, RD_KAFKA_ADMIN_OP_CREATETOPICS, client) { options, queue in
            var pointers = requested.pointers
            rd_kafka_CreateTopics(client.handle, &pointers, pointers.count, options, queue)
        }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.raw), &count)
        var outcomes: [String: TopicCreation] = [:]
        for result in UnsafeBufferPointer(start: results, count: count) {
            guard let result, let name = rd_kafka_topic_result_name(result) else { continue }
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            outcomes[String(cString: name)] = TopicCreation(call, rd_kafka_topic_result_error(result), text)
        }
        return outcomes
    }

    private func make(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        guard
            let new = rd_kafka_NewTopic_new(
                topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replicationFactor), &reason, reason.count)
        else { throw KafkaError(call: "rd_kafka_NewTopic_new", RD_KAFKA_RESP_ERR__INVALID_ARG, text: text(reason)) }
        for (name, value) in topic.configuration { rd_kafka_NewTopic_set_config(new, name, value) }
        return new
    }
}

/// The topics of one request, which its maker destroys.
private struct NewTopics: @unchecked Sendable {
    let pointers: [OpaquePointer?]
}

extension TopicCreation {
    fileprivate init(_ call: String, _ status: rd_kafka_resp_err_t, _ text: String?) {
        switch status {
        case RD_KAFKA_RESP_ERR_NO_ERROR: self = .created
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: self = .alreadyExists
        default: self = .refused(KafkaError(call: call, status, text: text))
        }
    }
}
