import CRdkafka

/// An end of a partition.
package enum LogEnd: Sendable {
    /// The offset of the first record that still exists.
    case earliest
    /// The offset after the last record that a consumer can read.
    case latest
}

extension KafkaAdmin {
    /// Returns the offset at that end of each partition.
    package func offsets(
        of partitions: [TopicPartition], at end: LogEnd
    ) async throws(KafkaError) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let call = "rd_kafka_ListOffsets"
        let client = try slot.get(call)
        let event = try await request(call, RD_KAFKA_ADMIN_OP_LISTOFFSETS, client) { options, queue in
            let list = PartitionList(partitions, offset: Int64(end.specification.rawValue))
            if let error = rd_kafka_AdminOptions_set_isolation_level(options, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED) {
                defer { rd_kafka_error_destroy(error) }
                return rd_kafka_error_code(error)
            }
            rd_kafka_ListOffsets(client.handle, list.raw, options, queue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        var count = 0
        let infos = rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.raw), &count)
        var elements: [PartitionList.Element] = []
        for info in UnsafeBufferPointer(start: infos, count: count) {
            guard let info, let found = rd_kafka_ListOffsetsResultInfo_topic_partition(info) else { continue }
            elements.append(PartitionList.Element(found.pointee))
        }
        try PartitionList.check(call, elements)
        return Dictionary(elements.map { ($0.topicPartition, $0.offset) }) { first, _ in first }
    }
}

extension LogEnd {
    fileprivate var specification: rd_kafka_OffsetSpec_t {
        switch self {
        case .earliest: RD_KAFKA_OFFSET_SPEC_EARLIEST
        case .latest: RD_KAFKA_OFFSET_SPEC_LATEST
        }
    }
}
