import CRdkafka
import EventLoop

/// The result of creating a topic.
package enum TopicCreation: Sendable {
    case created
    /// The topic existed before, with partitions and a configuration of its own.
    case alreadyExists
    case refused(KafkaError)
}

extension KafkaAdmin {
    /// Creates the topics and returns the result for each, once every broker that is asked knows them.
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
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.raw), &count)
        var outcomes: [String: TopicCreation] = [:]
        for result in UnsafeBufferPointer(start: results, count: count) {
            guard let result, let name = rd_kafka_topic_result_name(result) else { continue }
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            outcomes[String(cString: name)] = TopicCreation(call, rd_kafka_topic_result_error(result), text)
        }
        try await waitUntilKnown(outcomes.filter { $0.value.isCreated }.map(\.key), call)
        return outcomes
    }

    /// The controller answers before the brokers know a new topic, and nothing but asking them tells when they do.
    private func waitUntilKnown(_ topics: [String], _ call: String) async throws(KafkaError) {
        let end = ContinuousClock.now + timeout
        while !(try await metadata(topics)).allSatisfy(\.exists) {
            guard ContinuousClock.now < end else {
                throw KafkaError(
                    call: call, RD_KAFKA_RESP_ERR__TIMED_OUT,
                    text: "the topics are created, but not every broker knows them yet")
            }
            do { try await loop.sleep(for: .milliseconds(20)) } catch { throw .cancelled(call) }
        }
    }

    private func make(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        guard
            let new = rd_kafka_NewTopic_new(
                topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replicationFactor), &reason,
                reason.count)
        else { throw KafkaError(call: "rd_kafka_NewTopic_new", RD_KAFKA_RESP_ERR__INVALID_ARG, text: text(reason)) }
        for (name, value) in topic.configuration {
            let status = rd_kafka_NewTopic_set_config(new, name, value)
            guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
                rd_kafka_NewTopic_destroy(new)
                throw KafkaError(call: "rd_kafka_NewTopic_set_config", status, text: "\(topic.name): \(name)")
            }
        }
        return new
    }
}

/// The topics of one request. The caller that made them destroys them.
private struct NewTopics: @unchecked Sendable {
    let pointers: [OpaquePointer?]
}

extension TopicCreation {
    fileprivate var isCreated: Bool { if case .created = self { true } else { false } }

    fileprivate init(_ call: String, _ status: rd_kafka_resp_err_t, _ text: String?) {
        switch status {
        case RD_KAFKA_RESP_ERR_NO_ERROR: self = .created
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: self = .alreadyExists
        default: self = .refused(KafkaError(call: call, status, text: text))
        }
    }
}
