import CRdkafka

extension KafkaConsumer {
    /// Commits the group's offsets: for each partition, the offset from which to continue.
    package func commit(_ offsets: [TopicPartition: Int64]) async throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let call = "rd_kafka_commit_queue"
        let client = try slot.get(call)
        let event = try await replies.request(call) { queue, opaque in
            let list = PartitionList(offsets)
            return rd_kafka_commit_queue(client.handle, list.raw, queue, nil, opaque)
        }
        guard let results = rd_kafka_event_topic_partition_list(event.raw) else { return }
        try PartitionList.check(call, PartitionList.read(results))
    }

    /// Returns the group's committed offsets, nil for a partition without one.
    package func committed(_ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: Int64?] {
        guard !partitions.isEmpty else { return [:] }
        let call = "rd_kafka_ListConsumerGroupOffsets"
        let client = try slot.get(call)
        let group = group
        let event = try await replies.request(call) { queue, opaque in
            let list = PartitionList(partitions)
            let options = AdminOptions(
                client.handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout: .seconds(10), opaque: opaque)
            var request = rd_kafka_ListConsumerGroupOffsets_new(group, list.raw)
            defer { rd_kafka_ListConsumerGroupOffsets_destroy(request) }
            rd_kafka_ListConsumerGroupOffsets(client.handle, &request, 1, options.raw, queue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        var count = 0
        guard let result = rd_kafka_event_ListConsumerGroupOffsets_result(event.raw),
            let group = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)?.pointee, count == 1
        else { throw KafkaError(call: call, RD_KAFKA_RESP_ERR__BAD_MSG) }
        if let error = rd_kafka_group_result_error(group) { throw KafkaError(call: call, rd_kafka_error_code(error)) }
        guard let list = rd_kafka_group_result_partitions(group) else { return [:] }
        let elements = PartitionList.read(list)
        try PartitionList.check(call, elements)
        let offsets = elements.map { ($0.topicPartition, $0.offset >= 0 ? $0.offset : Int64?.none) }
        return Dictionary(offsets) { first, _ in first }
    }
}
